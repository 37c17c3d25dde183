import { APP_ORIGIN, APP_SCHEME, SOURCE_SCHEME } from '../../electron/contract/transport.ts'

/**
 * A plain Chromium knows no custom schemes (`app://` is ERR_ABORTED there), so each gets a name
 * below `.localhost` instead: a secure context without the mixed-content restrictions of https.
 */
export const PAGE_ORIGIN = 'http://ferry.localhost'
const PAGE_HOST = 'ferry.localhost'
const SOURCE_SUFFIX = '.source.localhost'

/** The URL as Electron would show it to the main process. */
export function asElectronSees(url: string): string {
  const parsed = URL.parse(url)
  if (parsed === null) return url
  const { hostname, pathname, search } = parsed
  if (hostname === PAGE_HOST) return `${APP_ORIGIN}${pathname}${search}`
  if (hostname.endsWith(SOURCE_SUFFIX)) {
    return `${SOURCE_SCHEME}://${hostname.slice(0, -SOURCE_SUFFIX.length)}${pathname}${search}`
  }
  return url
}

/** The URL that this Chromium can load. */
export function asChromiumLoads(url: string): string {
  return url.startsWith(`${APP_ORIGIN}/`) || url === APP_ORIGIN
    ? `${PAGE_ORIGIN}${url.slice(APP_ORIGIN.length)}`
    : url
}

/** Null: the app has no handler for the scheme. */
export function schemeOf(url: string): string | null {
  const scheme = URL.parse(url)?.protocol.slice(0, -1)
  return scheme === APP_SCHEME || scheme === SOURCE_SCHEME ? scheme : null
}

/** The `Origin` as the store and the main process see it. */
export function originOutward(origin: string): string {
  return origin === PAGE_ORIGIN ? APP_ORIGIN : origin
}

/** Translates header values that name the page, or the sources in its policy, for Chromium. */
export function valueInward(name: string, value: string): string {
  if (name.toLowerCase() === 'content-security-policy') {
    return value.replaceAll(`${SOURCE_SCHEME}:`, `http://*${SOURCE_SUFFIX}`)
  }
  return value.replaceAll(APP_ORIGIN, PAGE_ORIGIN)
}
