/** How long it takes from a kill until bytes travel again. */
export class Recovery {
  #sinceMs: number | null = null
  #isRevived = false
  #slowestMs = 0

  get slowestMs(): number {
    return this.#slowestMs
  }

  /** A kill in the middle of a recovery makes that one longer. */
  killed(nowMs: number): void {
    this.#sinceMs ??= nowMs
    this.#isRevived = false
  }

  revived(): void {
    this.#isRevived = true
  }

  /** A part sets out. One that was on its way when the host was killed is no sign of life. */
  travels(nowMs: number): void {
    if (this.#sinceMs === null || !this.#isRevived) return
    this.#slowestMs = Math.max(this.#slowestMs, nowMs - this.#sinceMs)
    this.#sinceMs = null
  }
}
