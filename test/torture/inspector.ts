import { setTimeout as delay } from 'node:timers/promises'
import type { PartAccount } from './account.ts'
import { Arrivals } from './arrivals.ts'
import type { WindowRow } from './ferry-window.ts'
import type { FilePool, PooledFile } from './file-pool.ts'
import { CHECK_KEY, orphansAmong } from './orphans.ts'
import { isUnfinished, type RecordedUpload } from './recorded-uploads.ts'
import type { StoreTruth, UnfinishedUpload } from './store-truth.ts'
import { Violation } from './violation.ts'

/** Reading the store takes a moment while Ferry continues; only a repeated finding counts. */
const LOOKS = 5
const LOOK_AGAIN_MS = 400

interface InspectorDeps {
  readonly shelf: FilePool
  readonly store: StoreTruth
  readonly account: PartAccount
  readonly records: () => RecordedUpload[]
}

/** Compares what Ferry shows with what the store contains. Throws the first `Violation`. */
export class Inspector {
  readonly arrivals: Arrivals
  readonly #parts: InspectorDeps
  /** The last state of every upload that was ever recorded. */
  readonly #known = new Map<string, RecordedUpload>()
  /** Files with an upload that Ferry has recorded at some time. */
  readonly #seen = new Set<PooledFile>()

  constructor(parts: InspectorDeps) {
    this.#parts = parts
    this.arrivals = new Arrivals(parts.store, parts.shelf)
  }

  hasSeen(file: PooledFile): boolean {
    return this.#seen.has(file)
  }

  /** Checks everything that can be checked while Ferry works. Returns the current records. */
  async look(rows: readonly WindowRow[]): Promise<RecordedUpload[]> {
    this.#judgeWaste()
    const records = this.#parts.records()
    for (const record of records) this.#know(record)
    this.#judgeRecognition(records)
    for (const row of rows) await checkRow(this.#parts, row, records)
    await this.arrivals.verify(this.#known.values(), records)
    return records
  }

  /** Uploads on the store without a record, now and a moment later. */
  judgeOrphans(): Promise<void> {
    return this.#expectNone('The store holds an upload that no record knows', async () => {
      const unfinished = await this.#parts.store.unfinished()
      const orphans = orphansAmong(unfinished, this.#parts.records())
      // Ferry may still clean up after an interrupted check until the end.
      return orphans.find(({ key }) => !key.includes(CHECK_KEY))
    })
  }

  /**
   * The final checks when nothing is running any more: every object once more, no other objects, no
   * leftover multipart uploads, and no more bytes sent twice than allowed.
   * @param stuck uploads that the window shows as failed or waiting.
   */
  async judgeEnd(stuck: readonly RecordedUpload[]): Promise<void> {
    this.#judgeWaste()
    await this.arrivals.verifyAgain()
    const expected = this.arrivals.keys()
    const stray = (await this.#parts.store.keys()).find((key) => !expected.has(key))
    if (stray !== undefined) throw new Violation(`The store holds "${stray}", which is no upload's`)
    const mayStay = new Set(stuck.map(({ key }) => key))
    await this.#expectNone('Parts of an upload were left at the store', async () =>
      (await this.#parts.store.unfinished()).find(({ key }) => !mayStay.has(key)),
    )
    const { wastedBytes, allowedBytes } = this.#parts.account.totals()
    if (wastedBytes > allowedBytes) {
      throw new Violation(`${wastedBytes} bytes were sent twice; ${allowedBytes} might have been`)
    }
  }

  #know(record: RecordedUpload): void {
    this.#known.set(record.uploadId, record)
    this.#seen.add(this.#parts.shelf.expectFileOf(record.name))
  }

  async #expectNone(
    sentence: string,
    find: () => Promise<UnfinishedUpload | undefined>,
  ): Promise<void> {
    for (let look = 1; ; look += 1) {
      const found = await find()
      if (found === undefined) return
      if (look === LOOKS) throw new Violation(`${sentence}: "${found.key}"`)
      await delay(LOOK_AGAIN_MS)
    }
  }

  #judgeWaste(): void {
    const [waste] = this.#parts.account.waste()
    if (waste === undefined) return
    const { key, partNumber, bytes, status } = waste
    const answer = status === null ? 'there was no answer' : `the answer was ${status}`
    throw new Violation(
      `Part ${partNumber} of "${key}" was sent again without a fault or a kill; of the time before, ${bytes} bytes came, and ${answer}`,
    )
  }

  /** A file that is dropped again belongs to the upload that waits for it. */
  #judgeRecognition(records: readonly RecordedUpload[]): void {
    const counts = new Map<number, number>()
    for (const { name } of records.filter(isUnfinished)) {
      const file = this.#parts.shelf.expectFileOf(name)
      const count = (counts.get(file.index) ?? 0) + 1
      counts.set(file.index, count)
      if (count > this.#parts.shelf.givenAsNew(file)) {
        throw new Violation(`"${file.name}" was given again and not recognised`)
      }
    }
  }
}

interface RowCheckDeps {
  readonly store: StoreTruth
  readonly records: () => RecordedUpload[]
}

/**
 * Compares one row of the window with records that were read after it: Ferry writes the record
 * before the row shows the change.
 */
async function checkRow(
  parts: RowCheckDeps,
  { name, status }: WindowRow,
  records: readonly RecordedUpload[],
): Promise<void> {
  if (status.startsWith('Done')) return checkDoneRow(name, records)
  if (!/^(?:Failed|Action needed)/.test(status)) return
  if (!/^(?:Failed|Action needed):? .{8}/.test(status)) {
    throw new Violation(`The row of "${name}" says no reason: "${status}"`)
  }
  if (status.startsWith('Failed')) await checkFailedRow(parts, name, status)
}

function checkDoneRow(name: string, records: readonly RecordedUpload[]): void {
  const named = records.filter((each) => each.name === name)
  if (named.some(({ phase }) => phase === 'done')) return
  const [open] = named.filter(isUnfinished)
  if (open === undefined) return
  throw new Violation(`The window says Done of "${name}", and the records say ${open.phase}`)
}

async function checkFailedRow(
  { store, records }: RowCheckDeps,
  name: string,
  status: string,
): Promise<void> {
  const failed = () => records().find((each) => each.name === name && each.phase === 'failed')
  const record = failed()
  if (record === undefined) return
  if (record.failureKind === 'internal') throw new Violation(`A bug of Ferry's: "${status}"`)
  if (record.failureKind === 'source-changed') {
    throw new Violation(`Nobody changed "${name}", and its row says "${status}"`)
  }
  const object = await store.object(record.key)
  if (object?.token !== record.token || object.byteLength !== record.byteLength) return
  // It may have been retried while the store was queried.
  if (failed() !== undefined) {
    throw new Violation(`"${name}" is whole in the bucket, and its row says "${status}"`)
  }
}
