/** One PUT of a part, as the proxy sees it; grows while it travels. */
export interface Sent {
  readonly bodyBytes: number
  /** What the store answered; null until then, and for ever when it never does. */
  readonly status: number | null
}

/** Why sending these bytes once more is nobody's waste. */
type Excuse = 'fault' | 'kill' | 'store-forgot'

interface Attempt {
  readonly sent: Sent
  excuse: Excuse | null
}

/** A part that was sent again for no reason that the account knows. */
export interface Waste {
  readonly key: string
  readonly partNumber: number
  /** Of the attempt that should have been enough. */
  readonly bytes: number
  readonly before: 'taken by the store' | 'refused by the store' | 'without an answer'
  readonly status: number | null
}

export interface Totals {
  readonly sentBytes: number
  /** Of one successful attempt per part. */
  readonly neededBytes: number
  readonly wastedBytes: number
  /** Of the attempts that a fault spoilt, or that were on their way at a kill. */
  readonly allowedBytes: number
  readonly sentAgain: number
}

/**
 * Follows each part of each object: how often it was sent, and whether each time but the last was
 * spoilt by a fault, on its way at a kill, or of an upload that the store forgot. A part that the
 * store held, and that is sent again without any of these, is waste.
 */
export class PartAccount {
  readonly #attempts = new Map<string, Attempt[]>()
  readonly #forgotten = new Set<string>()
  readonly #waste: Waste[] = []

  /** A part begins to travel. `isSpoilt`: a fault was dealt to it. */
  begin(key: string, partNumber: number, sent: Sent, isSpoilt: boolean): void {
    const place = placeOf(key, partNumber)
    const attempts = this.#attempts.get(place) ?? []
    this.#attempts.set(place, attempts)
    const last = attempts.at(-1)
    if (last !== undefined) this.#judge(key, partNumber, last)
    attempts.push({ sent, excuse: isSpoilt ? 'fault' : null })
  }

  /** Host or browser was killed: what has no answer yet was on its way. */
  killed(): void {
    for (const attempts of this.#attempts.values()) {
      for (const attempt of attempts) if (attempt.sent.status === null) attempt.excuse ??= 'kill'
    }
  }

  /** The store threw the upload of this key away, with all that it held of it. */
  forgotten(key: string): void {
    this.#forgotten.add(key)
    for (const [place, attempts] of this.#attempts) {
      if (keyOf(place) !== key) continue
      for (const attempt of attempts) attempt.excuse ??= 'store-forgot'
    }
  }

  /** Everything that was sent again for no reason. */
  waste(): readonly Waste[] {
    return this.#waste
  }

  totals(): Totals {
    const all = [...this.#attempts.values()]
    const sentBytes = sum(all.flat())
    const neededBytes = sum(all.flatMap((attempts) => attempts.findLast(hasLanded) ?? []))
    return {
      sentBytes,
      neededBytes,
      wastedBytes: sentBytes - neededBytes,
      allowedBytes: sum(all.flat().filter(({ excuse }) => excuse !== null)),
      sentAgain: all.reduce((count, attempts) => count + attempts.length - 1, 0),
    }
  }

  #judge(key: string, partNumber: number, { sent, excuse }: Attempt): void {
    if (excuse !== null) return
    // It was sent to the upload that the store had thrown away by then.
    if (sent.status === 404 && this.#forgotten.has(key)) return
    const { bodyBytes: bytes, status } = sent
    this.#waste.push({ key, partNumber, bytes, status, before: outcomeOf(status) })
  }
}

function outcomeOf(status: number | null): Waste['before'] {
  if (status === null) return 'without an answer'
  return isTaken(status) ? 'taken by the store' : 'refused by the store'
}

function hasLanded({ sent: { status } }: Attempt): boolean {
  return status !== null && isTaken(status)
}

function isTaken(status: number): boolean {
  return status >= 200 && status < 300
}

function sum(attempts: readonly Attempt[]): number {
  return attempts.reduce((bytes, { sent }) => bytes + sent.bodyBytes, 0)
}

function placeOf(key: string, partNumber: number): string {
  return `${partNumber}/${key}`
}

function keyOf(place: string): string {
  return place.slice(place.indexOf('/') + 1)
}
