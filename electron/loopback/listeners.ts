import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { type Connections, UNAUTHENTICATED_LIFE_MS, watchConnections } from './connections.ts'
import { listenOnIpv4, listenOnLoopback } from './listen.ts'
import { freshHostName, type PageOrigin, pageOrigin } from './page-origin.ts'
import { type AskPeerUser, openPeerUser } from './peer-user.ts'
import type { RefusalCount } from './refusal-count.ts'

/** A whole message of a session, up to 8 MiB on this computer. */
const REQUEST_MS = 60_000
const CHECK_CONNECTIONS_MS = 2_000

/** Where this run serves the page, and the servers that listen there. */
export interface Listeners {
  readonly port: number
  /** Below a host name of this run's own. */
  readonly page: PageOrigin
  /** At 127.0.0.1 and another port in each run, for browsers that do not resolve that name. */
  readonly fallback: PageOrigin
  readonly connections: Connections
  /** Answers requests from now on, and those that have come already. */
  readonly answer: (handlerAt: (at: PageOrigin, port: number) => RequestListener) => void
  /** Lets requests under way finish for so long. */
  readonly close: (graceMs: number) => Promise<void>
}

/** @throws StartRefused when none of the ports is free. */
export async function openListeners(
  ports: readonly number[],
  refusals: RefusalCount,
): Promise<Listeners> {
  const peerUser = Promise.withResolvers<AskPeerUser>()
  const handlers = Promise.withResolvers<ReadonlyMap<Server, RequestListener>>()
  const connections = watchConnections(async (socket) => (await peerUser.promise)(socket), refusals)
  // A page of an earlier run asks as soon as a server listens.
  const newServer = () => {
    const server = createServer({
      headersTimeout: UNAUTHENTICATED_LIFE_MS,
      requestTimeout: REQUEST_MS,
      connectionsCheckingInterval: CHECK_CONNECTIONS_MS,
    })
    connections.watch(server)
    server.on('request', (request, response) => {
      void handlers.promise.then((of) => of.get(server)?.(request, response))
    })
    return server
  }

  const { port, servers } = await listenOnLoopback(newServer, ports)
  const fallbackServer = newServer()
  const fallbackPort = await listenOnIpv4(fallbackServer)
  peerUser.resolve(await openPeerUser(port))
  const page = pageOrigin(freshHostName(), port)
  const fallback = pageOrigin('127.0.0.1', fallbackPort)
  return {
    port,
    page,
    fallback,
    connections,
    answer: (handlerAt) => {
      const atPage = handlerAt(page, port)
      const atFallback = [fallbackServer, handlerAt(fallback, fallbackPort)] as const
      handlers.resolve(new Map([...servers.map((each) => [each, atPage] as const), atFallback]))
    },
    close: (graceMs) => closeAll([...servers, fallbackServer], graceMs),
  }
}

async function closeAll(servers: readonly Server[], graceMs: number): Promise<void> {
  const closed = Promise.all(servers.map((server) => once(server, 'close')))
  for (const server of servers) server.close()
  await Promise.race([closed, delay(graceMs)])
  for (const server of servers) server.closeAllConnections()
}
