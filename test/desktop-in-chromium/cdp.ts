import { type ChildProcess, spawn } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { chromiumCommand } from '../../scripts/chromium.ts'

type Fields = Readonly<Record<string, unknown>>

interface Message {
  readonly id?: number
  readonly sessionId?: string
  readonly method?: string
  readonly params?: Fields
  readonly result?: Fields
  readonly error?: { readonly message: string }
}

export interface ChromiumSettings {
  /** Chromium keeps its profile here, as Electron does in `sessionData`. */
  readonly profile: string
  /** `host:port` of the proxy that all requests go through. */
  readonly proxy: string
  /** Base64 SHA-256 of the public key that Chromium accepts for every https host. */
  readonly trustedKey: string
}

const READY_MS = 30_000
/** Chromium writes its port and path there (content/browser/devtools/devtools_http_handler.cc). */
const PORT_FILE = 'DevToolsActivePort'

/**
 * A Chromium that is controlled over a pipe (`--remote-debugging-pipe`: JSON between NUL bytes). It
 * ends when this process ends, however that happens, because the pipe closes then. Tests connect to
 * `endpoint` at the same time.
 */
export class Chromium {
  readonly endpoint: string
  readonly process: ChildProcess
  readonly #pipe: CdpPipe

  private constructor(process: ChildProcess, pipe: CdpPipe, endpoint: string) {
    this.process = process
    this.#pipe = pipe
    this.endpoint = endpoint
  }

  static async start({ profile, proxy, trustedKey }: ChromiumSettings): Promise<Chromium> {
    const { path, args, env } = await chromiumCommand({
      // Electron disables these checks (shell/browser/feature_list.cc).
      featuresOff: ['LocalNetworkAccessChecks'],
    })
    // A killed Chromium leaves its port file behind.
    await rm(join(profile, PORT_FILE), { force: true })
    const child = spawn(
      path,
      [
        ...args,
        '--headless',
        '--remote-debugging-pipe',
        '--remote-debugging-port=0',
        `--user-data-dir=${profile}`,
        `--proxy-server=${proxy}`,
        // Otherwise loopback addresses bypass the proxy.
        '--proxy-bypass-list=<-loopback>',
        `--ignore-certificate-errors-spki-list=${trustedKey}`,
        // The app denies every new window; `Page.windowOpen` asks it for its answer.
        '--block-new-web-contents',
        'about:blank',
      ],
      { env, stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] },
    )
    const pipe = new CdpPipe(child.stdio[3] as Writable, child.stdio[4] as Readable)
    // It answers once it has started, and the port file exists by then.
    await pipe.send('Browser.getVersion', {})
    return new Chromium(child, pipe, await endpointIn(profile))
  }

  send(method: string, params: Fields = {}): Promise<Fields> {
    return this.#pipe.send(method, params)
  }

  on<T>(method: string, listener: (params: T) => void): void {
    this.#pipe.on(method, listener)
  }

  /** A separate connection to one tab. */
  async attach(targetId: string): Promise<CdpSession> {
    const { sessionId } = await this.send('Target.attachToTarget', { targetId, flatten: true })
    return new CdpSession(this.#pipe, String(sessionId))
  }

  async close(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return
    const ended = once(this.process, 'exit')
    this.send('Browser.close').catch(() => undefined)
    await ended
  }
}

export class CdpSession {
  readonly #pipe: CdpPipe
  readonly #id: string

  constructor(pipe: CdpPipe, id: string) {
    this.#pipe = pipe
    this.#id = id
  }

  send(method: string, params: Fields = {}): Promise<Fields> {
    return this.#pipe.send(method, params, this.#id)
  }

  on<T>(method: string, listener: (params: T) => void): void {
    this.#pipe.on(`${this.#id} ${method}`, listener)
  }
}

class CdpPipe extends EventEmitter {
  readonly #out: Writable
  readonly #waiting = new Map<number, PromiseWithResolvers<Fields>>()
  #lastId = 0

  constructor(out: Writable, incoming: Readable) {
    super()
    this.#out = out
    out.on('error', () => undefined)
    let rest = ''
    incoming.setEncoding('utf8').on('data', (text: string) => {
      const messages = (rest + text).split('\0')
      rest = messages.pop() ?? ''
      for (const message of messages) this.#take(JSON.parse(message) as Message)
    })
    incoming.on('close', () => {
      for (const { reject } of this.#waiting.values()) reject(new Error('Chromium has ended'))
    })
  }

  send(method: string, params: Fields, sessionId?: string): Promise<Fields> {
    this.#lastId += 1
    const answer = Promise.withResolvers<Fields>()
    this.#waiting.set(this.#lastId, answer)
    const message = { id: this.#lastId, method, params, ...(sessionId ? { sessionId } : {}) }
    this.#out.write(`${JSON.stringify(message)}\0`)
    return answer.promise
  }

  #take({ id, sessionId, method, params, result, error }: Message): void {
    if (id === undefined) {
      this.emit(sessionId === undefined ? String(method) : `${sessionId} ${method}`, params)
      return
    }
    const answer = this.#waiting.get(id)
    this.#waiting.delete(id)
    if (error === undefined) answer?.resolve(result ?? {})
    else answer?.reject(new Error(error.message))
  }
}

async function endpointIn(profile: string): Promise<string> {
  const deadlineMs = performance.now() + READY_MS
  for (;;) {
    const text = await readFile(join(profile, PORT_FILE), 'utf8').catch(() => '')
    const [port, path] = text.split('\n')
    if (port && path) return `ws://127.0.0.1:${port}${path}`
    if (performance.now() > deadlineMs) throw new Error('Chromium does not say where it listens')
    await delay(20)
  }
}
