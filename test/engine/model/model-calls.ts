export interface Call {
  readonly kind: 'prepare' | 'verify' | 'complete' | 'cancel' | 'reread' | 'put'
  readonly run: number
  /** The part of a PUT, with the checksum that was signed for it. */
  readonly partNumber: number
  readonly sum: string
  readonly startedAt: number
}

/** Calls to the host and the store that are not answered yet. */
export class CallList {
  #calls: readonly Call[] = []

  all(): readonly Call[] {
    return this.#calls
  }

  /** Calls that could end next: the host runs one at a time, but cancels at any time. */
  answerable(): readonly Call[] {
    const first = this.#calls.find(isInTurn)
    return this.#calls.filter((call) => !isInTurn(call) || call === first)
  }

  add(call: Call): void {
    this.#calls = [...this.#calls, call]
  }

  drop(call: Call): void {
    this.#calls = this.#calls.filter((each) => each !== call)
  }

  dropAll(kind: Call['kind']): void {
    this.#calls = this.#calls.filter((each) => each.kind !== kind)
  }

  /** Drops calls that have not started; calls that have started run on unobserved. */
  abandon(): void {
    this.#calls = this.answerable()
  }
}

function isInTurn({ kind }: Call): boolean {
  return kind === 'prepare' || kind === 'verify' || kind === 'complete'
}
