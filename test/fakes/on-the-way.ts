import type { ConnectionAuth } from '../../electron/desktop/protocols/net-store-http.ts'

/** Nobody has a password for a proxy, and nobody chose a certificate. */
export const NOTHING_ON_THE_WAY: ConnectionAuth = {
  proxyLogin: async () => null,
  certificateRefused: () => undefined,
  failed: () => undefined,
}
