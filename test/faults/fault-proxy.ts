import { EventEmitter, once } from 'node:events'
import { Agent, createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { Exchange, type ExchangeDeps } from './exchange.ts'
import { FAST_LINK, type Link, Throttle } from './link.ts'
import { type SeenRequest, seenRequestOf } from './seen-request.ts'
import { faultNameOf, PASS, type Rule } from './verdict.ts'

export type { SeenRequest } from './seen-request.ts'
export type { Rule, Verdict } from './verdict.ts'

export interface FaultProxyOptions {
  readonly rule?: Rule
  readonly link?: Link
}

export interface FaultProxy {
  /**
   * The value for Chromium's `--proxy-server` and for `behindProxy`, which sends a host's requests
   * through it.
   */
  readonly address: string
  /** All requests, in order, including preflights. */
  readonly seen: readonly SeenRequest[]
  /** Replaces the rule; without one, everything passes. */
  readonly setRule: (rule: Rule) => void
  /** Applies to requests that arrive from now on. */
  readonly setLink: (link: Link) => void
  /** Resolves once the recorded requests satisfy the condition. */
  readonly until: (claim: (seen: readonly SeenRequest[]) => boolean) => Promise<void>
  /** How often each fault was injected, by name. */
  readonly counts: () => Readonly<Record<string, number>>
  /** From now on connections are refused, and open ones break. */
  readonly vanish: () => Promise<void>
  /** Listens again at the same address; no effect if it already listens. */
  readonly comeBack: () => Promise<void>
  readonly close: () => Promise<void>
}

/**
 * Stands between Ferry and the store and injects the faults that a rule decides on: a test's own
 * rule, or one from `randomRule`. It is a forward proxy for both the page and the host: presigned
 * URLs and signed headers name their host, so `Host` and path must arrive unchanged. It cannot
 * simulate a name that does not resolve; tests give a host such a name.
 */
export async function startFaultProxy(options: FaultProxyOptions = {}): Promise<FaultProxy> {
  const line = new Line(options)
  const server = createServer((request, response) => line.take(request, response))
  const listen = async (port: number) => {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
  }
  const stop = async () => {
    const closed = once(server, 'close')
    server.close()
    server.closeAllConnections()
    await closed
  }
  await listen(0)
  const address = server.address()
  if (address === null || typeof address === 'string') throw new TypeError('Not a TCP server')
  const { port } = address
  return {
    address: `http://127.0.0.1:${port}`,
    seen: line.seen,
    setRule: (rule) => line.setRule(rule),
    setLink: (link) => line.setLink(link),
    until: (claim) => line.until(claim),
    counts: () => Object.fromEntries(line.counts),
    vanish: stop,
    comeBack: async () => {
      if (!server.listening) await listen(port)
    },
    close: async () => {
      if (server.listening) await stop()
      line.close()
    },
  }
}

/** Everything that passes through the proxy, and what happens to it. */
class Line {
  readonly seen: SeenRequest[] = []
  readonly counts = new Map<string, number>()
  readonly #changed = new EventEmitter()
  readonly #agent = new Agent({ keepAlive: false })
  #rule: Rule
  #link: Link
  #shared: { readonly up: readonly Throttle[]; readonly down: readonly Throttle[] }

  constructor({ rule = () => PASS, link = FAST_LINK }: FaultProxyOptions) {
    this.#rule = rule
    this.#link = link
    this.#shared = sharedThrottles(link)
    this.#changed.setMaxListeners(0)
  }

  setRule(rule: Rule): void {
    this.#rule = rule
  }

  setLink(link: Link): void {
    this.#link = link
    this.#shared = sharedThrottles(link)
  }

  async until(claim: (seen: readonly SeenRequest[]) => boolean): Promise<void> {
    while (!claim(this.seen)) await once(this.#changed, 'change')
  }

  close(): void {
    this.#agent.destroy()
  }

  take(request: IncomingMessage, response: ServerResponse): void {
    const target = URL.parse(request.url ?? '')
    if (target === null) {
      response.writeHead(400).end()
      return
    }
    const seen = seenRequestOf(request, target)
    this.seen.push(seen)
    this.#changed.emit('change')
    // A sender that gives up closes the connection; its data is lost, as it should be.
    request.on('error', () => undefined)
    request.socket.on('error', () => undefined)
    const onChange = () => this.#changed.emit('change')
    response.on('finish', () => {
      seen.isAnswered = true
      onChange()
    })
    void this.#judge({ request, response, target, seen, onChange })
  }

  async #judge(parts: Omit<ExchangeDeps, 'agent' | 'latencyMs' | 'throttles'>): Promise<void> {
    const { latencyMs, bytesPerSecondEach } = this.#link
    const own = throttlesOf(bytesPerSecondEach)
    const { up, down } = this.#shared
    const verdict = await this.#rule(parts.seen)
    if (latencyMs > 0) await delay(latencyMs)
    // The sender has given up; a fault would be counted without having happened.
    if (parts.request.socket.destroyed) return
    const name = faultNameOf(verdict)
    parts.seen.fault = name
    if (name !== null) this.counts.set(name, (this.counts.get(name) ?? 0) + 1)
    const throttles = { up: [...own, ...up], down: [...throttlesOf(bytesPerSecondEach), ...down] }
    new Exchange({ ...parts, agent: this.#agent, latencyMs, throttles }).carryOut(verdict)
  }
}

function sharedThrottles({ bytesPerSecondAll }: Link) {
  return { up: throttlesOf(bytesPerSecondAll), down: throttlesOf(bytesPerSecondAll) }
}

function throttlesOf(bytesPerSecond: number | null): readonly Throttle[] {
  return bytesPerSecond === null ? [] : [new Throttle(bytesPerSecond)]
}
