import { closeSync, openSync, writeSync } from 'node:fs'

/** A timeline of events as JSON lines, for investigating a failed run. */
export class EventLog {
  readonly #file: number
  readonly #startedAtMs = performance.now()

  constructor(path: string) {
    this.#file = openSync(path, 'w')
  }

  write(what: string, details: Readonly<Record<string, unknown>> = {}): void {
    const atMs = Math.round(performance.now() - this.#startedAtMs)
    writeSync(this.#file, `${JSON.stringify({ atMs, what, ...details })}\n`)
  }

  close(): void {
    closeSync(this.#file)
  }
}
