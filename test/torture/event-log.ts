import { closeSync, openSync, writeSync } from 'node:fs'

/** What happened when, one line of JSON each, for whoever looks into a run that went wrong. */
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
