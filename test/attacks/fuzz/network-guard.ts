import { Socket } from 'node:net'
import { vi } from 'vitest'

/**
 * Keeps all traffic on this computer: a connection to any address but loopback fails as it would
 * without a network, and its host is recorded. TLS, HTTP and `fetch` all connect through here.
 */
export class NetworkGuard {
  readonly hosts: string[] = []
  readonly #spy

  constructor() {
    const connect = Socket.prototype.connect
    const note = (host: string) => this.hosts.push(host)
    this.#spy = vi.spyOn(Socket.prototype, 'connect').mockImplementation(function (
      this: Socket,
      ...args: unknown[]
    ) {
      const host = hostOf(args)
      if (isLoopback(host)) return Reflect.apply(connect, this, args)
      note(host)
      const error = Object.assign(new Error('connect ENETUNREACH'), { code: 'ENETUNREACH' })
      process.nextTick(() => this.destroy(error))
      return this
    } as typeof connect)
  }

  stop(): void {
    this.#spy.mockRestore()
  }
}

/** Node passes its own array of arguments, other callers pass options or a port and a host. */
function hostOf(args: readonly unknown[]): string {
  const [first, second] = Array.isArray(args[0]) ? args[0] : args
  if (typeof first === 'object' && first !== null) {
    if ('path' in first && typeof first.path === 'string') return `unix:${first.path}`
    return 'host' in first && typeof first.host === 'string' ? first.host : 'localhost'
  }
  return typeof second === 'string' ? second : 'localhost'
}

function isLoopback(host: string): boolean {
  return /^(127\.0\.0\.1|::1|localhost)$/.test(host)
}
