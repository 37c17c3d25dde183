import { LineUp } from './line-up.ts'
import { type Lane, LIVE_PLACES } from './schedule.ts'
import { laneOf, type Row } from './upload-row.ts'

interface Line {
  readonly lane: Lane
  readonly store: string
  /** In the order in which they came. Those that the person asked for go first. */
  readonly asked: LineUp<Row>
  readonly waiting: LineUp<Row>
  readonly live: Set<Row>
}

/**
 * Who waits for a live place and who holds one, per destination: one that cannot be reached keeps
 * its own places occupied, and one with much to send keeps no other from beginning.
 */
export class Waitlist {
  readonly #storeOf: (row: Row) => string
  readonly #lines = new Map<string, Line>()
  readonly #lineOf = new Map<Row, Line>()

  constructor(storeOf: (row: Row) => string) {
    this.#storeOf = storeOf
  }

  wait(row: Row, isAsked: boolean): void {
    this.leave(row)
    const line = this.#lineFor(row)
    if (isAsked) line.asked.join(row)
    else line.waiting.join(row)
    this.#lineOf.set(row, line)
  }

  live(row: Row): void {
    const line = this.#lineOf.get(row) ?? this.#lineFor(row)
    line.asked.leave(row)
    line.waiting.leave(row)
    line.live.add(row)
    this.#lineOf.set(row, line)
  }

  leave(row: Row): void {
    const line = this.#lineOf.get(row)
    if (line === undefined) return
    line.asked.leave(row)
    line.waiting.leave(row)
    line.live.delete(row)
    this.#lineOf.delete(row)
  }

  /** The rows that may begin now. */
  admissible(): readonly Row[] {
    const rows: Row[] = []
    for (const line of this.#lines.values()) {
      const places = LIVE_PLACES[line.lane] - line.live.size
      const asked = line.asked.first(places)
      rows.push(...asked, ...line.waiting.first(places - asked.length))
    }
    return rows
  }

  /** The live rows, store by store. */
  *liveByStore(): Iterable<readonly [store: string, rows: readonly Row[]]> {
    const stores = new Map<string, Row[]>()
    for (const { store, live } of this.#lines.values()) {
      if (live.size > 0) stores.set(store, [...(stores.get(store) ?? []), ...live])
    }
    yield* stores
  }

  #lineFor(row: Row): Line {
    const lane = laneOf(row.record)
    const store = this.#storeOf(row)
    const key = `${lane} ${row.record.destinationId} ${store}`
    const known = this.#lines.get(key)
    if (known !== undefined) return known
    const line: Line = { lane, store, asked: new LineUp(), waiting: new LineUp(), live: new Set() }
    this.#lines.set(key, line)
    return line
  }
}
