import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { StartRefused } from '../files/start-refused.ts'
import {
  type AskPeerUser,
  type Connections,
  openPeerUser,
  UNAUTHENTICATED_LIFE_MS,
  watchConnections,
} from './connections.ts'
import { freshHostName, type PageOrigin, pageOrigin, type RefusalCount } from './request-guard.ts'

/** The time limit for a message with a session, up to 8 MiB on this computer. */
const REQUEST_MS = 60_000
const CHECK_CONNECTIONS_MS = 2_000

/** The origins of this run and the servers that listen there. */
export interface Listeners {
  readonly port: number
  /** Uses a host name that is unique to this run. */
  readonly page: PageOrigin
  /** 127.0.0.1 with a different port in each run, for browsers that do not resolve that name. */
  readonly fallback: PageOrigin
  readonly connections: Connections
  /** Starts to answer requests, including those that are already waiting. */
  readonly answer: (handlerAt: (at: PageOrigin, port: number) => RequestListener) => void
  /** Gives running requests this much time to finish. */
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
  // A page of an earlier run sends requests as soon as a server listens.
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

/** How often a free port is tried, because it must be free on both addresses. */
const MAX_TRIES = 20

/** Errors of a system or container without IPv6, where no other program can listen on it either. */
const NO_IPV6 = new Set(['EADDRNOTAVAIL', 'EAFNOSUPPORT', 'EINVAL'])

export interface Listening {
  readonly port: number
  readonly servers: readonly Server[]
}

/**
 * Listens on 127.0.0.1 and ::1 with the same port, the first of `ports` that is free (0 for any).
 * Browsers resolve names below `localhost` to both addresses and may try ::1 first, so another
 * user's program listening there alone would receive the page's requests.
 *
 * @param newServer creates the server for each address.
 * @throws StartRefused when no port is free.
 */
export async function listenOnLoopback(
  newServer: () => Server,
  ports: readonly number[],
): Promise<Listening> {
  let refused: unknown
  for (const wanted of ports.flatMap((port) => (port === 0 ? anyPort() : [port]))) {
    const first = newServer()
    try {
      await listen(first, '127.0.0.1', wanted)
      const port = portOf(first)
      const second = await listenOnIpv6(newServer(), port)
      return { port, servers: second === null ? [first] : [first, second] }
    } catch (error) {
      first.close()
      refused = error
    }
  }
  const why =
    codeOf(refused) === 'EACCES' ? 'is reserved by the system' : 'is taken by another program'
  throw new StartRefused(
    `Port ${ports.join(', ')} ${why}. Choose another with --port, or --port 0 for any free one.`,
    { cause: refused },
  )
}

/** Listens on any free port of 127.0.0.1 only. */
async function listenOnIpv4(server: Server): Promise<number> {
  await listen(server, '127.0.0.1', 0)
  return portOf(server)
}

/** Null when this computer has no IPv6. */
async function listenOnIpv6(server: Server, port: number): Promise<Server | null> {
  try {
    await listen(server, '::1', port)
    return server
  } catch (error) {
    if (NO_IPV6.has(codeOf(error) ?? '')) return null
    throw error
  }
}

async function listen(server: Server, host: string, port: number): Promise<void> {
  server.listen({ port, host, exclusive: true })
  await once(server, 'listening')
}

function anyPort(): readonly number[] {
  return Array.from({ length: MAX_TRIES }, () => 0)
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined
}

function portOf(server: Server): number {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new TypeError('Not a TCP server')
  return address.port
}
