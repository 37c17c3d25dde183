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

/** Loopback: POST JSON; the session cookie is set by `exchange`. */
export const LOOPBACK_ROUTES = {
  exchange: '/api/session',
  commandPrefix: '/api/commands/',
  registerSources: '/api/sources',
  /** Server-sent events; `event:` is the notice's name, `data:` its JSON payload. */
  notices: '/api/notices',
} as const

/** What a transport accepts as one message; far above the largest honest batch. */
export const MAX_MESSAGE_BYTES = 8 * 1024 * 1024
