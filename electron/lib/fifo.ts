/**
 * First in, first out, with leaving from the middle. A `Set` would do, but reading its first entry
 * costs ever more while entries leave from the front.
 */
export class Fifo<T extends object> {
  #items: (T | null)[] = []
  /** Places that were cut off the front. */
  #removedCount = 0
  #head = 0
  readonly #indexOf = new Map<T, number>()

  /** Does nothing for one who already stands in it. */
  add(one: T): void {
    if (this.#indexOf.has(one)) return
    this.#indexOf.set(one, this.#removedCount + this.#items.length)
    this.#items.push(one)
  }

  delete(one: T): void {
    const place = this.#indexOf.get(one)
    if (place === undefined) return
    this.#indexOf.delete(one)
    this.#items[place - this.#removedCount] = null
    while (this.#head < this.#items.length && this.#items[this.#head] === null) this.#head += 1
    if (this.#head > 1000 && this.#head * 2 > this.#items.length) this.#compact()
  }

  /** At most `count`, in order. */
  first(count: number): readonly T[] {
    const found: T[] = []
    for (let at = this.#head; at < this.#items.length && found.length < count; at += 1) {
      const one = this.#items[at]
      if (one !== null && one !== undefined) found.push(one)
    }
    return found
  }

  #compact(): void {
    this.#items = this.#items.slice(this.#head)
    this.#removedCount += this.#head
    this.#head = 0
  }
}
