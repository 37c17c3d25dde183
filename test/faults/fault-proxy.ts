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
  /** For Chromium's `--proxy-server` and for `behindProxy`, which leads a host through it. */
  readonly address: string
  /** Everything that came, in order, preflights too. */
  readonly seen: readonly SeenRequest[]
  /** Replaces the rule; without one everything passes. */
  readonly setRule: (rule: Rule) => void
  /** For requests that come from now on. */
  readonly setLink: (link: Link) => void
  /** Resolves once what was seen satisfies the claim. */
  readonly until: (claim: (seen: readonly SeenRequest[]) => boolean) => Promise<void>
  /** The faults that were dealt, by name. */
  readonly counts: () => Readonly<Record<string, number>>
  /** Connections are refused from now on, and those that are open break. */
  readonly vanish: () => Promise<void>
  /** Listens again, where it was; nothing new when it does. */
  readonly comeBack: () => Promise<void>
  readonly close: () => Promise<void>
}

/**
 * Stands between Ferry and the store and makes the faults that a rule deals out: a test's own, or
 * one of `randomRule`. It is a forward proxy, for the page and for the host alike: presigned URLs
 * and signed headers name their host, so `Host` and path must arrive as they were signed. What it
 * cannot break is a name that does not resolve; tests give a host such a name.
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

/** All that passes, and what is done to it. */
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
    // Whoever gives up closes the connection; what was on its way is lost, as it should be.
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
    // Nobody waits any more; what would be done to it would be counted without having happened.
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
