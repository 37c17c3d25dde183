import type { Session } from 'electron'
import type { Endpoints } from './security/endpoints.ts'

const ALWAYS = new Set(['clipboard-sanitized-write', 'notifications'])
/** Chromium 156 guards private and loopback addresses by these three. */
const LOCAL_NETWORK = new Set(['local-network-access', 'local-network', 'loopback-network'])

/**
 * Denies the page everything but writing text to the clipboard, notifications, and the local
 * network while a configured endpoint is there. Electron grants all of it by default.
 */
export function guardPermissions(session: Session, endpoints: Endpoints, pageOrigin: string): void {
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
  // Serial ports, HID and USB devices are handed out by a third door.
  session.setDevicePermissionHandler(() => false)
}

/** `app://ferry` for `app://ferry/index.html`; URL.origin says only `null` for our own scheme. */
function originText(url: string): string {
  const parsed = URL.parse(url)
  return parsed === null ? '' : `${parsed.protocol}//${parsed.host}`
}
