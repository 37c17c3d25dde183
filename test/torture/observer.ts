import type { EventLog } from './event-log.ts'
import type { WindowRow } from './ferry-window.ts'

const MAX_SENTENCE_LENGTH = 160

/** Logs each change of a row's text once, and counts the messages that ask for the user. */
export class WindowObserver {
  readonly #log: EventLog
  readonly #last = new Map<string, string>()
  readonly #messages = new Map<string, number>()

  constructor(log: EventLog) {
    this.#log = log
  }

  /** The messages about blocked uploads, and how often they were shown. */
  get told(): ReadonlyMap<string, number> {
    return this.#messages
  }

  observe(rows: readonly WindowRow[]): void {
    for (const row of rows) {
      const gist = firstSentenceOf(row.status)
      if (this.#last.get(row.name) === gist) continue
      this.#last.set(row.name, gist)
      this.#log.write('row', { ...row })
      if (isStuck(row)) this.#messages.set(gist, (this.#messages.get(gist) ?? 0) + 1)
    }
  }
}

export function isStuck({ status }: WindowRow): boolean {
  return /^(?:Failed|Action needed)/.test(status)
}

/** The first sentence, without its numbers. */
function firstSentenceOf(status: string): string {
  const [sentence = ''] = status.replaceAll(/\d[\d.,]*/g, '#').split(/(?<=[a-z])\. /)
  return sentence.slice(0, MAX_SENTENCE_LENGTH)
}
