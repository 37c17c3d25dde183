/**
 * First in, first out, with leaving from the middle. A `Set` would do, but reading its first entry
 * costs ever more while entries leave from the front.
 */
export class LineUp<T extends object> {
  #places: (T | null)[] = []
  /** Places that were cut off the front. */
  #gone = 0
  #head = 0
  readonly #placeOf = new Map<T, number>()

  /** Does nothing for one who already stands in it. */
  join(one: T): void {
    if (this.#placeOf.has(one)) return
    this.#placeOf.set(one, this.#gone + this.#places.length)
    this.#places.push(one)
  }

  leave(one: T): void {
    const place = this.#placeOf.get(one)
    if (place === undefined) return
    this.#placeOf.delete(one)
    this.#places[place - this.#gone] = null
    while (this.#head < this.#places.length && this.#places[this.#head] === null) this.#head += 1
    if (this.#head > 1000 && this.#head * 2 > this.#places.length) this.#compact()
  }

  /** At most `count`, in order. */
  first(count: number): readonly T[] {
    const found: T[] = []
    for (let at = this.#head; at < this.#places.length && found.length < count; at += 1) {
      const one = this.#places[at]
      if (one !== null && one !== undefined) found.push(one)
    }
    return found
  }

  #compact(): void {
    this.#places = this.#places.slice(this.#head)
    this.#gone += this.#head
    this.#head = 0
  }
}
