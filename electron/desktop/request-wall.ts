import type { Session } from 'electron'
import { APP_SCHEME, SOURCE_SCHEME } from '../contract/transport.ts'
import type { Endpoints } from './security/endpoints.ts'

/** `blob:` and `data:` never leave the process; `devtools:` is the inspector's own front end. */
const INNER_SCHEMES = new Set([
  `${APP_SCHEME}:`,
  `${SOURCE_SCHEME}:`,
  'blob:',
  'data:',
  'devtools:',
])

/**
 * Cancels every request of the window that does not go to a configured endpoint. The content
 * security policy is fixed when the page loads and so cannot follow the destinations exactly;
 * this wall does (docs/decisions/0007-network-of-the-page.md).
 */
export function guardRequests(
  session: Session,
  endpoints: Endpoints,
  devServer: string | null,
): void {
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
