import { type BrowserWindow, type DownloadItem, net, type Session, session } from 'electron'
import { APP_SCHEME, SOURCE_SCHEME } from '../../contract/transport.ts'
import type { StoreHttp } from '../../core/s3/http/network-ports.ts'
import { type ConnectionAuth, netStoreHttp } from '../protocols/net-store-http.ts'
import { type Endpoints, trackEndpoints } from './endpoints.ts'
import { answerCors } from './store-cors.ts'

export interface NetworkGuardDeps {
  readonly pageOrigin: string
  readonly devServer: string | null
  readonly currentWindow: () => BrowserWindow | null
  readonly onTheWay: ConnectionAuth
}

export interface NetworkGuard {
  readonly endpoints: Endpoints
  readonly storeHttp: StoreHttp
}

/**
 * Sets up two sessions: the page's, which reaches only configured endpoints, and the core's
 * in-memory session, without cookies, cache or listeners.
 */
export function setUpNetworkGuard(parts: NetworkGuardDeps): NetworkGuard {
  const { pageOrigin, devServer, currentWindow, onTheWay } = parts
  const pageSession = session.defaultSession
  const storeSession = session.fromPartition('stores', { cache: false })
  const endpoints = trackEndpoints(async (hostname) => {
    const { endpoints: found } = await storeSession.resolveHost(hostname)
    return found.map(({ address }) => address)
  })
  guardRequests(pageSession, endpoints, devServer)
  answerCors(pageSession, endpoints, pageOrigin, () => currentWindow()?.webContents.id)
  guardPermissions(pageSession, endpoints, pageOrigin)
  pageSession.on('will-download', (event, item) => {
    if (!isOwnSettings(item, pageOrigin)) event.preventDefault()
  })
  return { endpoints, storeHttp: netStoreHttp(net, storeSession, onTheWay) }
}

/** The only download of the page: the exported settings, which it creates itself. */
function isOwnSettings(item: DownloadItem, pageOrigin: string): boolean {
  return (
    item.getURL().startsWith(`blob:${pageOrigin}/`) && item.getMimeType() === 'application/json'
  )
}

/** `blob:` and `data:` never leave the process; `devtools:` is the inspector's front end. */
const INNER_SCHEMES = new Set([
  `${APP_SCHEME}:`,
  `${SOURCE_SCHEME}:`,
  'blob:',
  'data:',
  'devtools:',
])

/**
 * Cancels every request of the window that does not go to a configured endpoint. The content
 * security policy is fixed when the page loads, so it cannot follow the destinations exactly; this
 * guard does (docs/decisions/0007-network-of-the-page.md).
 */
function guardRequests(session: Session, endpoints: Endpoints, devServer: string | null): void {
  session.webRequest.onBeforeRequest({ urls: ['<all_urls>'] }, ({ url }, callback) => {
    callback({ cancel: !isAllowed(url, endpoints, devServer) })
  })
}

function isAllowed(url: string, endpoints: Endpoints, devServer: string | null): boolean {
  const parsed = URL.parse(url)
  if (parsed === null) return false
  if (INNER_SCHEMES.has(parsed.protocol)) return true
  // Vite's page and its socket for hot updates; never set in a packaged app.
  if (devServer !== null && parsed.host === new URL(devServer).host) return true
  return endpoints.includes(url)
}

const ALWAYS = new Set(['clipboard-sanitized-write', 'notifications'])
/** Chromium 156 protects private and loopback addresses with these permissions. */
const LOCAL_NETWORK = new Set(['local-network-access', 'local-network', 'loopback-network'])

/**
 * Denies the page all permissions except writing text to the clipboard, notifications, and the
 * local network while a configured endpoint is there. Electron grants everything by default.
 */
function guardPermissions(session: Session, endpoints: Endpoints, pageOrigin: string): void {
  const isPage = (url: string) => originText(url) === pageOrigin

  session.setPermissionCheckHandler((_contents, permission, requestingOrigin) => {
    if (!isPage(requestingOrigin)) return false
    return ALWAYS.has(permission) || (LOCAL_NETWORK.has(permission) && endpoints.hasLocal())
  })
  session.setPermissionRequestHandler((_contents, permission, callback, details) => {
    if (!isPage(details.requestingUrl)) return callback(false)
    if (ALWAYS.has(permission)) return callback(true)
    if (!LOCAL_NETWORK.has(permission)) return callback(false)
    void endpoints.findLocal().then(callback, () => callback(false))
  })
  // Serial, HID and USB devices have a separate permission handler.
  session.setDevicePermissionHandler(() => false)
}

/** Returns `app://ferry` for `app://ferry/index.html`; URL.origin is `null` for custom schemes. */
function originText(url: string): string {
  const parsed = URL.parse(url)
  return parsed === null ? '' : `${parsed.protocol}//${parsed.host}`
}
