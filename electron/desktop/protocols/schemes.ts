import { protocol } from 'electron'
import { APP_SCHEME, SOURCE_SCHEME } from '../../contract/transport.ts'

/** Must be called once, before Electron is ready. */
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
      // Since Electron 43, a page may fetch another custom scheme only if that scheme has
      // corsEnabled (electron#51152). The handler itself checks the requester.
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
