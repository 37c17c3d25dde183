import { type BrowserWindow, type DownloadItem, net, session } from 'electron'
import type { StoreHttp } from '../core/ports.ts'
import { type ConnectionAuth, netStoreHttp } from './net-store-http.ts'
import { guardPermissions } from './permissions.ts'
import { guardRequests } from './request-wall.ts'
import { type Endpoints, trackEndpoints } from './security/endpoints.ts'
import { answerCors } from './security/store-cors.ts'

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
 * Two sessions: the page's, which reaches configured endpoints only, and the core's, in memory,
 * without cookies, cache or listeners.
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

/** The one thing that the page hands out as a file: made by itself, and nothing of the network's. */
function isOwnSettings(item: DownloadItem, pageOrigin: string): boolean {
  return (
    item.getURL().startsWith(`blob:${pageOrigin}/`) && item.getMimeType() === 'application/json'
  )
}
