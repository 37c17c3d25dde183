import type { IncomingMessage, Server } from 'node:http'
import type { Socket } from 'node:net'
import type { AskPeerUser } from './peer-user.ts'
import type { RefusalCount } from './refusal-count.ts'

/** Connections that no session has used yet. A browser opens six at once. */
const MAX_UNAUTHENTICATED = 32
/** What a request's head, and before a session also its body, may take. */
export const UNAUTHENTICATED_LIFE_MS = 10_000

export interface Connections {
  readonly watch: (server: Server) => void
  /** Whether this connection may be answered: it comes from this user's own programs. */
  readonly isOwn: (request: IncomingMessage) => Promise<boolean>
  /** A session has used this connection: the limits for strangers end. */
  readonly trust: (request: IncomingMessage) => void
}

/**
 * Watches the connections to this host. Those that no session has used are few: the oldest is
 * closed for a new one, so that a program which holds many does not keep the browser out.
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
