import { Fifo } from '../../../electron/lib/fifo.ts'
import { sizeClassOf, type Upload } from '../upload.ts'
import { MAX_LIVE_UPLOADS, type SizeClass } from './concurrency-window.ts'

interface AdmissionQueue {
  readonly sizeClass: SizeClass
  readonly store: string
  /** In the order in which they came. Those that the person asked for go first. */
  readonly requested: Fifo<Upload>
  readonly waiting: Fifo<Upload>
  readonly live: Set<Upload>
}

/**
 * Who waits for a live place and who holds one, per destination: one that cannot be reached keeps
 * its own places occupied, and one with much to send keeps no other from beginning.
 */
export class Admission {
  readonly #storeOf: (row: Upload) => string
  readonly #queues = new Map<string, AdmissionQueue>()
  readonly #queueOf = new Map<Upload, AdmissionQueue>()

  constructor(storeOf: (row: Upload) => string) {
    this.#storeOf = storeOf
  }

  enqueue(row: Upload, isAsked: boolean): void {
    this.remove(row)
    const line = this.#queueFor(row)
    if (isAsked) line.requested.add(row)
    else line.waiting.add(row)
    this.#queueOf.set(row, line)
  }

  admit(row: Upload): void {
    const line = this.#queueOf.get(row) ?? this.#queueFor(row)
    line.requested.delete(row)
    line.waiting.delete(row)
    line.live.add(row)
    this.#queueOf.set(row, line)
  }

  remove(row: Upload): void {
    const line = this.#queueOf.get(row)
    if (line === undefined) return
    line.requested.delete(row)
    line.waiting.delete(row)
    line.live.delete(row)
    this.#queueOf.delete(row)
  }

  /** The rows that may begin now. */
  admissible(): readonly Upload[] {
    const rows: Upload[] = []
    for (const line of this.#queues.values()) {
      const places = MAX_LIVE_UPLOADS[line.sizeClass] - line.live.size
      const asked = line.requested.first(places)
      rows.push(...asked, ...line.waiting.first(places - asked.length))
    }
    return rows
  }

  /** The live rows, store by store. */
  *liveByStore(): Iterable<readonly [store: string, rows: readonly Upload[]]> {
    const stores = new Map<string, Upload[]>()
    for (const { store, live } of this.#queues.values()) {
      if (live.size > 0) stores.set(store, [...(stores.get(store) ?? []), ...live])
    }
    yield* stores
  }

  #queueFor(row: Upload): AdmissionQueue {
    const lane = sizeClassOf(row.record)
    const store = this.#storeOf(row)
    const key = `${lane} ${row.record.destinationId} ${store}`
    const known = this.#queues.get(key)
    if (known !== undefined) return known
    const line: AdmissionQueue = {
      sizeClass: lane,
      store,
      requested: new Fifo(),
      waiting: new Fifo(),
      live: new Set(),
    }
    this.#queues.set(key, line)
    return line
  }
}
