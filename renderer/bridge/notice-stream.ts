import * as z from 'zod/mini'
import { LOOPBACK_ROUTES } from '../../electron/contract/transport.ts'
import type { ChangeableHostLink } from './host-link.ts'
import type { LoopbackSession } from './loopback-session.ts'

/** The pause after the host went away. */
const REOPEN_MS = 1_000

const Line = z.object({ name: z.string(), payload: z.unknown() })

type Listener = (payload: unknown) => void

/**
 * One stream for all notices, which also tells whether the host is there. It is open only while
 * something listens: tabs that merely wait for the tab lock would otherwise hold all six
 * connections that Chromium opens to one host, and leave none to the tab that sends.
 */
export class NoticeStream {
  readonly #link: ChangeableHostLink
  readonly #session: LoopbackSession
  readonly #listeners = new Map<string, Set<Listener>>()
  /** Null while nothing listens. */
  #running: AbortController | null = null
  /** The connection that is being read; null while there is none. */
  #reading: AbortController | null = null

  constructor(link: ChangeableHostLink, session: LoopbackSession) {
    this.#link = link
    this.#session = session
  }

  /** False while something listens and notices are missed. */
  isUpToDate(): boolean {
    return this.#running === null || this.#reading !== null
  }

  listen(name: string, listener: Listener): () => void {
    const listeners = this.#listeners.get(name) ?? new Set()
    this.#listeners.set(name, listeners.add(listener))
    if (this.#running === null && this.#link.state() !== 'signed-out') void this.#run()
    return () => {
      listeners.delete(listener)
      if ([...this.#listeners.values()].every(({ size }) => size === 0)) this.close()
    }
  }

  close(): void {
    this.#running?.abort()
    this.#running = null
    this.breakOff()
  }

  /** Called when a request found no host: the connection may be dead too, so it is opened again. */
  breakOff(): void {
    this.#reading?.abort()
    this.#reading = null
  }

  /** Reads the stream, and opens it again when it breaks, until `close`. */
  async #run(): Promise<void> {
    const running = new AbortController()
    this.#running = running
    while (!running.signal.aborted) {
      const reading = new AbortController()
      await this.#readOnce(reading)
      if (running.signal.aborted) return
      this.#reading = null
      if (this.#link.state() === 'connected') this.#link.become('gone')
      await new Promise((resolve) => setTimeout(resolve, REOPEN_MS))
    }
  }

  async #readOnce(reading: AbortController): Promise<void> {
    const running = this.#running
    const response = await this.#session.get(LOOPBACK_ROUTES.notices, reading.signal)
    // The stream was closed in the meantime.
    if (response === null || this.#running !== running) return reading.abort()
    if (this.#session.hasEnded(response)) {
      this.close()
      this.#link.become('signed-out')
      return
    }
    if (!response.ok || response.body === null) return
    this.#reading = reading
    this.#link.become('connected')
    try {
      await readLines(response.body, (line) => this.#dispatch(line))
    } catch (error) {
      // The connection broke, or `breakOff` was called.
      if (!reading.signal.aborted && !(error instanceof TypeError)) throw error
    }
  }

  #dispatch(line: string): void {
    const { name, payload } = Line.parse(JSON.parse(line))
    for (const listener of [...(this.#listeners.get(name) ?? [])]) listener(payload)
  }
}

/**
 * Calls `onLine` for every line that is not empty. Resolves when the stream has ended.
 *
 * @throws TypeError when the connection breaks, and whatever `onLine` throws.
 */
async function readLines(
  body: ReadableStream<Uint8Array>,
  onLine: (line: string) => void,
): Promise<void> {
  const decoder = new TextDecoder()
  const reader = body.getReader()
  let unfinished = ''
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    const lines = (unfinished + decoder.decode(value, { stream: true })).split('\n')
    unfinished = lines.pop() ?? ''
    for (const line of lines) if (line !== '') onLine(line)
  }
}
