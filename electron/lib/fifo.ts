/**
 * A first-in, first-out queue from which any item can be deleted. A `Set` would do, but reading its
 * first entry costs ever more while entries leave from the front.
 */
export class Fifo<T extends object> {
  #items: (T | null)[] = []
  /** How many items were cut off the front of `#items`. */
  #removedCount = 0
  #head = 0
  readonly #indexOf = new Map<T, number>()

  /** Does nothing for an item that is in the queue already. */
  add(item: T): void {
    if (this.#indexOf.has(item)) return
    this.#indexOf.set(item, this.#removedCount + this.#items.length)
    this.#items.push(item)
  }

  delete(item: T): void {
    const index = this.#indexOf.get(item)
    if (index === undefined) return
    this.#indexOf.delete(item)
    this.#items[index - this.#removedCount] = null
    while (this.#head < this.#items.length && this.#items[this.#head] === null) this.#head += 1
    if (this.#head > 1000 && this.#head * 2 > this.#items.length) this.#compact()
  }

  /** At most `count` items, in order; they stay in the queue. */
  first(count: number): readonly T[] {
    const found: T[] = []
    for (let at = this.#head; at < this.#items.length && found.length < count; at += 1) {
      const item = this.#items[at]
      if (item !== null && item !== undefined) found.push(item)
    }
    return found
  }

  /** Removes and answers the first item. */
  shift(): T | undefined {
    const [item] = this.first(1)
    if (item !== undefined) this.delete(item)
    return item
  }

  #compact(): void {
    this.#items = this.#items.slice(this.#head)
    this.#removedCount += this.#head
    this.#head = 0
  }
}
