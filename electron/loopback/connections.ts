import { readFile } from 'node:fs/promises'
import type { IncomingMessage, Server } from 'node:http'
import type { Socket } from 'node:net'
import { endianness, release } from 'node:os'
import type { RefusalCount } from './request-guard.ts'

/** The limit for connections without a session. A browser opens six at once. */
const MAX_UNAUTHENTICATED = 32
/** The time limit for request headers and, without a session, also for the body. */
export const UNAUTHENTICATED_LIFE_MS = 10_000

export interface Connections {
  readonly watch: (server: Server) => void
  /** Whether the connection comes from this user's own programs and may be answered. */
  readonly isOwn: (request: IncomingMessage) => Promise<boolean>
  /** Lifts the limits for connections without a session. */
  readonly trust: (request: IncomingMessage) => void
}

/**
 * Watches the connections to this host. The number of connections without a session is limited: the
 * oldest is closed for a new one, so that a program that opens many cannot keep the browser out.
 */
export function watchConnections(askPeerUser: AskPeerUser, refusals: RefusalCount): Connections {
  const strangers = new Set<Socket>()
  const users = new WeakMap<Socket, Promise<boolean>>()
  const accept = (socket: Socket) => {
    strangers.add(socket)
    socket.once('close', () => strangers.delete(socket))
    users.set(socket, isOfOwnUser(socket))
    const [oldest] = strangers
    if (strangers.size <= MAX_UNAUTHENTICATED || oldest === undefined) return
    strangers.delete(oldest)
    refusals.add('closed')
    oldest.destroy()
  }
  const isOfOwnUser = async (socket: Socket) => {
    const isOwn = (await askPeerUser(socket)) !== 'other'
    if (!isOwn) {
      refusals.add('closed')
      socket.destroy()
    }
    return isOwn
  }
  return {
    watch: (server) => void server.on('connection', accept),
    isOwn: async ({ socket }) => (await users.get(socket)) ?? false,
    trust: ({ socket }) => void strangers.delete(socket),
  }
}

/** `unknown` when the system does not reveal the owner of a connection. */
type PeerUser = 'own' | 'other' | 'unknown'

/** Finds the user whose program is at the other end of a connection from this computer. */
export type AskPeerUser = (socket: Socket) => Promise<PeerUser>

/** Numbers from the kernel's include/net/tcp_states.h. */
const LISTENING = '0A'
/** Connections that the program has closed; the kernel shows root as their user. */
const WITHOUT_USER = new Set(['03', '06', '07', '0C'])
/** The table changes while it is read, so a row can be missed. */
const MAX_READINGS = 3

/**
 * Linux lists the user of every TCP socket (`/proc/net/tcp`, proc_net_tcp(5)). Ferry compares the
 * user of the browser's socket with that of its own listening socket, both as seen by this process.
 * Other systems do not tell, nor does Linux under Windows, where browsers connect through a relay
 * of the system: the result is then `unknown`.
 *
 * @param port a port on which this process listens at 127.0.0.1.
 */
export async function openPeerUser(port: number): Promise<AskPeerUser> {
  const ownUser = await listeningUser(port)
  if (ownUser === null) return async () => 'unknown'
  return async (socket) => {
    const { remoteAddress, remotePort, localAddress, localPort } = socket
    if (!remoteAddress || !remotePort || !localAddress || !localPort) return 'other'
    const local = hexAddress(remoteAddress, remotePort)
    const remote = hexAddress(localAddress, localPort)
    for (let reading = 0; reading < MAX_READINGS; reading += 1) {
      const rows = await readRows(remoteAddress.includes(':') ? 'tcp6' : 'tcp')
      const row = rows.find((each) => each.local === local && each.remote === remote)
      if (row !== undefined && !WITHOUT_USER.has(row.state)) {
        return row.user === ownUser ? 'own' : 'other'
      }
    }
    // The program has ended and does not wait for a response.
    return 'other'
  }
}

interface SocketRow {
  readonly local: string
  readonly remote: string
  readonly state: string
  readonly user: string
}

async function listeningUser(port: number): Promise<string | null> {
  if (process.platform !== 'linux' || /microsoft/i.test(release())) return null
  try {
    const local = hexAddress('127.0.0.1', port)
    const rows = await readRows('tcp')
    const own = rows.find((row) => row.local === local && row.state === LISTENING)
    return own?.user ?? null
  } catch {
    // Some containers hide the table.
    return null
  }
}

async function readRows(table: 'tcp' | 'tcp6'): Promise<readonly SocketRow[]> {
  const text = await readFile(`/proc/net/${table}`, 'latin1')
  return text
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const [, local, remote, state, , , , user] = line.trim().split(/\s+/)
      if (!local || !remote || !state || !user) return []
      return [{ local, remote, state, user }]
    })
}

/** The table's format: 32-bit words in the processor's byte order, then the port. */
export function hexAddress(address: string, port: number): string {
  const hexPort = port.toString(16).toUpperCase().padStart(4, '0')
  return `${hexWords(bytesOf(address))}:${hexPort}`
}

function hexWords(bytes: Buffer): string {
  const ordered = Buffer.from(bytes)
  if (endianness() === 'LE') ordered.swap32()
  return ordered.toString('hex').toUpperCase()
}

/** The address must be a loopback address: 127.0.0.0/8 or ::1. */
function bytesOf(address: string): Buffer {
  if (address.includes(':')) return Buffer.from([...new Array<number>(15).fill(0), 1])
  return Buffer.from(address.split('.').map(Number))
}
