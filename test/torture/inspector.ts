import { setTimeout as delay } from 'node:timers/promises'
import type { PartAccount } from './account.ts'
import type { WindowRow } from './ferry-window.ts'
import { CHECK_KEY, orphansAmong } from './orphans.ts'
import { isUnfinished, type RecordedUpload } from './recorded-uploads.ts'
import type { Shelf, ShelvedFile } from './shelf.ts'
import type { StoreTruth } from './store-truth.ts'
import { Violation } from './violation.ts'

/** Reading the store takes a moment in which Ferry goes on; what is still so later is so. */
const LOOKS = 5
const LOOK_AGAIN_MS = 400

interface InspectorParts {
  readonly shelf: Shelf
  readonly store: StoreTruth
  readonly account: PartAccount
  readonly records: () => RecordedUpload[]
}

/** An object that was found to be the file's. */
interface Verified {
  readonly key: string
  readonly file: ShelvedFile
}

/** Compares what Ferry says with what the store holds. Throws the first `Violation`. */
export class Inspector {
  readonly #parts: InspectorParts
  /** Every upload that the records ever had, as they had it last. */
  readonly #known = new Map<string, RecordedUpload>()
  readonly #verified = new Map<string, Verified>()
  /** Objects that were removed after they were verified, to make room. */
  readonly #retired = new Map<string, ShelvedFile>()

  constructor(parts: InspectorParts) {
    this.#parts = parts
  }

  /** The file of each object that was found to be it. */
  arrived(): ShelvedFile[] {
    return [...[...this.#verified.values()].map(({ file }) => file), ...this.#retired.values()]
  }

  /** Whether Ferry ever recorded an upload of this file. */
  hasSeen({ index }: ShelvedFile): boolean {
    return [...this.#known.values()].some(({ name }) => this.#fileOf(name).index === index)
  }

  /** Everything that can be checked while Ferry works. */
  async look(rows: readonly WindowRow[]): Promise<RecordedUpload[]> {
    this.#judgeWaste()
    const records = this.#parts.records()
    for (const record of records) this.#known.set(record.uploadId, record)
    this.#judgeRecognition(records)
    for (const row of rows) await this.#judgeRow(row, records)
    await this.#verifyFinished(records)
    return records
  }

  /** Whether a row that the window took off its list now would be one that was checked. */
  isAllVerified(records: readonly RecordedUpload[]): boolean {
    return records.every((each) => isUnfinished(each) || this.#isChecked(each.uploadId))
  }

  /** An upload at the store that nobody knows, now and a moment later. */
  async judgeOrphans(): Promise<void> {
    for (let look = 1; ; look += 1) {
      const unfinished = await this.#parts.store.unfinished()
      const orphans = orphansAmong(unfinished, this.#parts.records())
      // A check that was cut off is Ferry's to clean up before the end.
      const orphan = orphans.find(({ key }) => !key.includes(CHECK_KEY))
      if (orphan === undefined) return
      if (look === LOOKS) {
        throw new Violation(`The store holds an upload of "${orphan.key}" that no record knows`)
      }
      await delay(LOOK_AGAIN_MS)
    }
  }

  /**
   * With nothing going on any more: each object once more, nothing beside them, nothing left of
   * what is done, and no more sent twice than might be.
   * @param stuck uploads of which the window says that they failed, or what they wait for.
   */
  async judgeEnd(stuck: readonly RecordedUpload[]): Promise<void> {
    this.#judgeWaste()
    for (const verified of this.#verified.values()) await this.#compare(verified)
    const expected = new Set([...this.#verified.values()].map(({ key }) => key))
    const stray = (await this.#parts.store.keys()).find((key) => !expected.has(key))
    if (stray !== undefined) throw new Violation(`The store holds "${stray}", which is no upload's`)
    await this.#judgeLeftParts(new Set(stuck.map(({ key }) => key)))
    const { wastedBytes, allowedBytes } = this.#parts.account.totals()
    if (wastedBytes > allowedBytes) {
      throw new Violation(`${wastedBytes} bytes were sent twice; ${allowedBytes} might have been`)
    }
  }

  /** Removes the largest objects that were verified until the others fit. Answers their files. */
  async makeRoom(limitBytes: number): Promise<ShelvedFile[]> {
    const largest = [...this.#verified].sort(
      ([, one], [, other]) => other.file.byteLength - one.file.byteLength,
    )
    let bytes = largest.reduce((sum, [, { file }]) => sum + file.byteLength, 0)
    const retired: ShelvedFile[] = []
    for (const [uploadId, { key, file }] of largest) {
      if (bytes <= limitBytes) break
      await this.#parts.store.remove(key)
      this.#verified.delete(uploadId)
      this.#retired.set(uploadId, file)
      retired.push(file)
      bytes -= file.byteLength
    }
    return retired
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

  /** A file that is given again belongs to the upload that waits for it. */
  #judgeRecognition(records: readonly RecordedUpload[]): void {
    const counts = new Map<number, number>()
    for (const { name } of records.filter(isUnfinished)) {
      const file = this.#fileOf(name)
      const count = (counts.get(file.index) ?? 0) + 1
      counts.set(file.index, count)
      if (count > this.#parts.shelf.givenAsNew(file)) {
        throw new Violation(`"${file.name}" was given again and not recognised`)
      }
    }
  }

  async #judgeRow({ name, status }: WindowRow, records: readonly RecordedUpload[]): Promise<void> {
    if (/^Done/.test(status)) return this.#judgeDoneRow(name, records)
    if (/^Cancelled/.test(status)) throw new Violation(`"${name}" was cancelled by nobody`)
    if (!/^(?:Failed|Needs you)/.test(status)) return
    if (!/^(?:Failed|Needs you):? .{8}/.test(status)) {
      throw new Violation(`The row of "${name}" says no reason: "${status}"`)
    }
    if (status.startsWith('Failed')) await this.#judgeFailedRow(name, status)
  }

  /** The rows were read before the records, and a record is written before the row can say so. */
  #judgeDoneRow(name: string, records: readonly RecordedUpload[]): void {
    const record = records.find((each) => each.name === name && isUnfinished(each))
    const isDone = records.some((each) => each.name === name && each.phase === 'done')
    if (record !== undefined && !isDone) {
      throw new Violation(`The window says Done of "${name}", the records say ${record.phase}`)
    }
  }

  async #judgeFailedRow(name: string, status: string): Promise<void> {
    const failed = () =>
      this.#parts.records().find((each) => each.name === name && each.phase === 'failed')
    const record = failed()
    if (record === undefined) return
    if (/changed|differ/i.test(status)) throw new Violation(`Nobody changed "${name}": "${status}"`)
    if (record.failureKind === 'internal') throw new Violation(`A bug of Ferry's: "${status}"`)
    const object = await this.#parts.store.object(record.key)
    if (object?.token !== record.token || object.byteLength !== record.byteLength) return
    if (failed() !== undefined) {
      throw new Violation(`"${name}" is whole in the bucket, and the row says "${status}"`)
    }
  }

  async #verifyFinished(records: readonly RecordedUpload[]): Promise<void> {
    const present = new Map(records.map((each) => [each.uploadId, each]))
    for (const [uploadId, { key, name }] of this.#known) {
      const record = present.get(uploadId)
      // Only what is over leaves the list when somebody clears it.
      const isOver = record === undefined || !isUnfinished(record)
      if (!isOver || this.#isChecked(uploadId)) continue
      const verified = { key, file: this.#fileOf(name) }
      await this.#compare(verified)
      this.#verified.set(uploadId, verified)
    }
  }

  async #compare({ key, file }: Verified): Promise<void> {
    const object = await this.#parts.store.object(key)
    if (object === null) throw new Violation(`"${key}" is done, and not in the bucket`)
    const sha256 = await this.#parts.store.sha256(key)
    if (sha256 === file.sha256) return
    throw new Violation(
      `"${key}" is done, and in the bucket are ${object.byteLength} other bytes than the file's ${file.byteLength}`,
    )
  }

  async #judgeLeftParts(mayStay: ReadonlySet<string>): Promise<void> {
    for (let look = 1; ; look += 1) {
      const left = (await this.#parts.store.unfinished()).find(({ key }) => !mayStay.has(key))
      if (left === undefined) return
      if (look === LOOKS) throw new Violation(`Parts of "${left.key}" were left at the store`)
      await delay(LOOK_AGAIN_MS)
    }
  }

  #isChecked(uploadId: string): boolean {
    return this.#verified.has(uploadId) || this.#retired.has(uploadId)
  }

  #fileOf(name: string): ShelvedFile {
    const file = this.#parts.shelf.fileOf(name)
    if (file === null) throw new Violation(`Ferry has an upload of "${name}", which nobody gave it`)
    return file
  }
}
