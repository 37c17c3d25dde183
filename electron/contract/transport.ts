/** Channel and route names, shared by both ends of both transports. */

/** Desktop: one `ipcMain.handle` channel per row, so that a forged name has no handler. */
export const commandChannel = (command: string) => `ferry:command:${command}`
export const noticeChannel = (notice: string) => `ferry:notice:${notice}`
export const REGISTER_SOURCES_CHANNEL = 'ferry:register-sources'
export const INSPECT_FOLDERS_CHANNEL = 'ferry:inspect-folders'

/** Desktop: the page's own origin and the scheme that streams a registered file's bytes. */
export const APP_SCHEME = 'app'
export const APP_HOST = 'ferry'
export const APP_ORIGIN = `${APP_SCHEME}://${APP_HOST}`
export const SOURCE_SCHEME = 'source'
/** `fetch` it with one `Range` header; answered with 206 and exactly these bytes. */
export const sourceUrl = (sourceId: string) => `${SOURCE_SCHEME}://${sourceId}/`

/** Loopback: a cookie and this header prove a session. */
export const SESSION_HEADER = 'x-ferry-session'
/** The answer of `exchange`, which also sets the cookie, and of `renew`. The header carries `secret`. */
export interface SessionOpened {
  readonly secret: string
}
/** The answer of `challenge`. The page signs it and sends it with `renew`. */
export interface SessionChallenge {
  readonly challenge: string
}
/** Requests are POST with JSON. */
export const LOOPBACK_ROUTES = {
  /** `{token, publicKey}`: opens a session. */
  exchange: '/api/session',
  challenge: '/api/session/challenge',
  /** `{challenge, signature, token}`: for a page that was loaded again. */
  renew: '/api/session/renew',
  commandPrefix: '/api/commands/',
  registerSources: '/api/sources',
  /** Lines of JSON, `{name, payload}`; an empty line keeps the connection alive. */
  notices: '/api/notices',
} as const

/** The largest message that a transport accepts; far above the largest legitimate batch. */
export const MAX_MESSAGE_BYTES = 8 * 1024 * 1024
