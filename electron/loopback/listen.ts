import { once } from 'node:events'
import type { Server } from 'node:http'
import { StartRefused } from '../core/host/start-refused.ts'

/** How often any free port is tried, since it must be free on both addresses. */
const MAX_TRIES = 20

/** Errors of a system or container that has no IPv6; then nobody can listen there either. */
const NO_IPV6 = new Set(['EADDRNOTAVAIL', 'EAFNOSUPPORT', 'EINVAL'])

export interface Listening {
  readonly port: number
  readonly servers: readonly Server[]
}

/**
 * Listens on 127.0.0.1 and on ::1, at one port, the first of `ports` that is free (0: any).
 * Browsers resolve names below `localhost` to both addresses and may try ::1 first, so a program
 * of another user that had only that one would be served our page's requests.
 *
 * @param newServer one server for each address.
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

/** Listens on any free port of 127.0.0.1 alone. */
export async function listenOnIpv4(server: Server): Promise<number> {
  await listen(server, '127.0.0.1', 0)
  return portOf(server)
}

/** Null: this computer has no IPv6. */
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
