import { protocol } from 'electron'
import { APP_SCHEME, SOURCE_SCHEME } from '../../contract/transport.ts'

/** Must run once, before Electron is ready. */
export function registerSchemes(): void {
  protocol.registerSchemesAsPrivileged([
    {
      scheme: APP_SCHEME,
      privileges: {
        standard: true,
        secure: true,
        supportFetchAPI: true,
        stream: true,
        codeCache: true,
      },
    },
    {
      scheme: SOURCE_SCHEME,
      // Since Electron 43 a page may fetch another custom scheme only if that one has corsEnabled
      // (electron#51152). Who asks is checked by the handler itself.
      privileges: {
        standard: true,
        secure: true,
        supportFetchAPI: true,
        stream: true,
        corsEnabled: true,
      },
    },
  ])
}
