export interface Call {
  readonly kind: 'prepare' | 'verify' | 'complete' | 'cancel' | 'reread' | 'put'
  readonly run: number
  /** Of a PUT, with the checksum that was signed for it. */
  readonly partNumber: number
  readonly sum: string
  readonly startedAt: number
}

/** What was asked of the world and is not answered yet. */
export class CallList {
  #calls: readonly Call[] = []

  all(): readonly Call[] {
    return this.#calls
  }

  /** Those that could end next: the host does one thing at a time, except that it cancels. */
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

  /** What has not begun yet is not made any more; what has goes on without us. */
  abandon(): void {
    this.#calls = this.answerable()
  }
}

function isInTurn({ kind }: Call): boolean {
  return kind === 'prepare' || kind === 'verify' || kind === 'complete'
}
