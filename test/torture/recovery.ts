/** Measures the time from a kill until bytes are sent again. */
export class Recovery {
  #sinceMs: number | null = null
  #isRevived = false
  #slowestMs = 0

  get slowestMs(): number {
    return this.#slowestMs
  }

  /** A kill during a recovery extends it. */
  killed(nowMs: number): void {
    this.#sinceMs ??= nowMs
    this.#isRevived = false
  }

  revived(): void {
    this.#isRevived = true
  }

  /** A part is being sent. One that was already running when the host was killed does not count. */
  travels(nowMs: number): void {
    if (this.#sinceMs === null || !this.#isRevived) return
    this.#slowestMs = Math.max(this.#slowestMs, nowMs - this.#sinceMs)
    this.#sinceMs = null
  }
}
