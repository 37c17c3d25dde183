/** One request as the proxy sees it; updated while it is sent. */
export interface Sent {
  readonly atMs: number
  readonly bodyBytes: number
  /**
   * The store's status; null until it has answered, and forever if the request never reached it.
   */
  readonly status: number | null
  /** Whether a complete response, real or injected, was sent back. */
  readonly isAnswered: boolean
}

/** A part that was sent again without a known reason. */
export interface Waste {
  readonly key: string
  readonly partNumber: number
  /** The bytes of the attempt that should have been enough. */
  readonly bytes: number
  readonly status: number | null
}

export interface Totals {
  readonly sentBytes: number
  /** The bytes of one successful attempt per part. */
  readonly neededBytes: number
  readonly wastedBytes: number
  /** The bytes of the attempts that a fault spoilt or a kill interrupted. */
  readonly allowedBytes: number
  /** The number of attempts beyond the first of each part. */
  readonly sentAgain: number
}

interface Attempt {
  readonly sent: Sent
  /** How often its upload had been stopped before it was sent, as far as the page could know. */
  readonly endingsBefore: number
  /** Sending it again is not waste. */
  isExcused: boolean
}

/** A request whose answer stops the upload as a whole. */
interface Ending {
  readonly isOver: () => boolean
  noticedAtMs: number | null
}

/** The time the page may take to react to an answer. */
const GRACE_MS = 1_000

/** The parts of one object. */
export class UploadAccount {
  readonly #key: string
  readonly #parts = new Map<number, Attempt[]>()
  readonly #endings: Ending[] = []
  #isForgotten = false

  constructor(key: string) {
    this.#key = key
  }

  /** Returns the attempt that makes this one waste, if there is one. */
  begin(partNumber: number, sent: Sent, isSpoilt: boolean): Waste | null {
    const attempts = this.#parts.get(partNumber) ?? []
    this.#parts.set(partNumber, attempts)
    const last = attempts.at(-1)
    attempts.push({ sent, endingsBefore: this.#endingsBefore(sent.atMs), isExcused: isSpoilt })
    if (this.#isForgotten) this.#refusesForgotten(sent)
    if (last === undefined || this.#isExcused(last)) return null
    return { key: this.#key, partNumber, bytes: last.sent.bodyBytes, status: last.sent.status }
  }

  ends(sent: Sent): void {
    this.#endings.push({ isOver: () => sent.isAnswered, noticedAtMs: null })
  }

  killed(): void {
    for (const attempt of this.#all()) if (attempt.sent.status === null) attempt.isExcused = true
  }

  forgotten(): void {
    this.#isForgotten = true
    for (const attempt of this.#all()) {
      attempt.isExcused = true
      this.#refusesForgotten(attempt.sent)
    }
  }

  totals(): Totals {
    const parts = [...this.#parts.values()]
    const sentBytes = bytesOf(this.#all())
    const neededBytes = bytesOf(
      parts.flatMap((attempts) => attempts.findLast(isAcknowledged) ?? []),
    )
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
    if (isAcknowledged(attempt)) return false
    // Refused with the upload, or aborted by the page because another answer stopped it meanwhile.
    return this.#endings.filter(({ isOver }) => isOver()).length > attempt.endingsBefore
  }

  #endingsBefore(nowMs: number): number {
    for (const ending of this.#endings) if (ending.isOver()) ending.noticedAtMs ??= nowMs
    return this.#endings.filter(({ noticedAtMs }) => (noticedAtMs ?? nowMs) < nowMs - GRACE_MS)
      .length
  }

  /** Parts that are sent to an upload that the store has deleted are answered with 404. */
  #refusesForgotten(sent: Sent): void {
    this.#endings.push({ isOver: () => sent.status === 404, noticedAtMs: null })
  }

  #all(): Attempt[] {
    return [...this.#parts.values()].flat()
  }
}

function isAcknowledged({ sent: { status } }: Attempt): boolean {
  return status !== null && status >= 200 && status < 300
}

function bytesOf(attempts: readonly Attempt[]): number {
  return attempts.reduce((bytes, { sent }) => bytes + sent.bodyBytes, 0)
}
