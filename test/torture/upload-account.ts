import type { Totals } from './account.ts'

/** One request, as the proxy sees it; grows while it travels. */
export interface Sent {
  readonly bodyBytes: number
  /** What was answered; null until then, and for ever when nothing is. */
  readonly status: number | null
}

/** A part that was sent again for no reason that the account knows. */
export interface Waste {
  readonly key: string
  readonly partNumber: number
  /** Of the attempt that should have been enough. */
  readonly bytes: number
  readonly status: number | null
}

interface Attempt {
  readonly sent: Sent
  /** How often its upload had been ended by an answer when it set out. */
  readonly endingsBefore: number
  /** Sending it once more is nobody's waste. */
  isExcused: boolean
}

/** The parts of one object. */
export class UploadAccount {
  readonly #key: string
  readonly #parts = new Map<number, Attempt[]>()
  /** Requests whose answer stops the upload; some are still to be answered. */
  readonly #endings: Sent[] = []
  #isForgotten = false

  constructor(key: string) {
    this.#key = key
  }

  /** Answers the attempt that makes this one a waste, if there is one. */
  begin(partNumber: number, sent: Sent, isSpoilt: boolean): Waste | null {
    const attempts = this.#parts.get(partNumber) ?? []
    this.#parts.set(partNumber, attempts)
    const last = attempts.at(-1)
    attempts.push({ sent, endingsBefore: this.#endingCount(), isExcused: isSpoilt })
    if (last === undefined || this.#isExcused(last)) return null
    return { key: this.#key, partNumber, bytes: last.sent.bodyBytes, status: last.sent.status }
  }

  ends(sent: Sent): void {
    this.#endings.push(sent)
  }

  killed(): void {
    for (const attempt of this.#all()) if (attempt.sent.status === null) attempt.isExcused = true
  }

  forgotten(): void {
    this.#isForgotten = true
    for (const attempt of this.#all()) attempt.isExcused = true
  }

  totals(): Totals {
    const parts = [...this.#parts.values()]
    const sentBytes = bytesOf(this.#all())
    const neededBytes = bytesOf(parts.flatMap((attempts) => attempts.findLast(hasLanded) ?? []))
    return {
      sentBytes,
      neededBytes,
      wastedBytes: sentBytes - neededBytes,
      allowedBytes: bytesOf(this.#all().filter((each) => this.#isExcused(each))),
      sentAgain: parts.reduce((count, attempts) => count + attempts.length - 1, 0),
    }
  }

  #isExcused(attempt: Attempt): boolean {
    if (attempt.isExcused) return true
    if (hasLanded(attempt)) return false
    if (this.#isOfForgotten(attempt)) return true
    // Broken off by the page, because another answer ended the upload meanwhile.
    return this.#endingCount() > attempt.endingsBefore
  }

  #endingCount(): number {
    const told = this.#endings.filter(({ status }) => status !== null).length
    return told + this.#all().filter((each) => this.#isOfForgotten(each)).length
  }

  /** It was sent to an upload that the store had thrown away by then. */
  #isOfForgotten({ sent }: Attempt): boolean {
    return this.#isForgotten && sent.status === 404
  }

  #all(): Attempt[] {
    return [...this.#parts.values()].flat()
  }
}

function hasLanded({ sent: { status } }: Attempt): boolean {
  return status !== null && status >= 200 && status < 300
}

function bytesOf(attempts: readonly Attempt[]): number {
  return attempts.reduce((bytes, { sent }) => bytes + sent.bodyBytes, 0)
}
