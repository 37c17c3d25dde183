import type { ConnectionAuth } from '../../electron/desktop/protocols/net-store-http.ts'

/** No password for a proxy, and no client certificate. */
export const NOTHING_ON_THE_WAY: ConnectionAuth = {
  proxyLogin: async () => null,
  certificateRefused: () => undefined,
  failed: () => undefined,
}
