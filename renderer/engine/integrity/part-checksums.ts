import type { ChecksumAlgorithm } from '../../../electron/contract/checksum.ts'
import type {
  PartOnStore,
  PreparedUpload,
  UploadRecord,
} from '../../../electron/contract/commands/uploads.ts'
import { failed, type Outcome, succeeded } from '../../../electron/contract/outcome.ts'
import { type PartPlan, partCountOf } from '../../../electron/contract/part-plan.ts'
import { bytesOfPart, fittingParts } from '../machine/part-table.ts'
import type { ChecksumWithCrc } from '../ports.ts'

/**
 * What this page knows of the bytes of one upload's parts: the file's, as it read them, and the
 * store's. Outlives pauses, since a sum is a few letters and reading a file again takes long.
 */
export class PartChecksums {
  readonly plan: PartPlan
  readonly algorithm: ChecksumAlgorithm
  readonly sourceId: UploadRecord['sourceId']
  /** Read to be sent. */
  readonly #read = new Map<number, string>()
  /** CRCs of the bytes that have these checksums. */
  readonly #crcs = new Map<number, ChecksumWithCrc>()
  /** To be read anew, since the store got other bytes; what they were before. */
  readonly #distrusted = new Map<number, string>()
  /** What the store holds. */
  #onStore = new Map<number, string>()
  /** Read once more, and the same as the store's. */
  readonly #reread = new Set<number>()
  /** Those among them that were read after every part had been read a first time. */
  readonly #rereadLate = new Set<number>()

  constructor(
    { plan, algorithm }: Pick<PreparedUpload, 'plan' | 'algorithm'>,
    sourceId: UploadRecord['sourceId'],
  ) {
    this.plan = plan
    this.algorithm = algorithm
    this.sourceId = sourceId
  }

  /** The store said what it holds. */
  acceptStored(held: readonly PartOnStore[]): void {
    const before = this.#onStore
    this.#onStore = new Map(
      fittingParts(this.plan, held).map((part) => [part.partNumber, part.checksum]),
    )
    for (const [partNumber, checksum] of before) {
      if (this.#onStore.get(partNumber) !== checksum) this.#forgetReread(partNumber)
    }
  }

  /** The bytes of the parts that the store has. */
  get storedBytes(): number {
    const last = partCountOf(this.plan)
    const lastBytes = bytesOfPart(this.plan, last)
    const count = this.#onStore.size
    const partBytes = bytesOfPart(this.plan, 1)
    return this.#onStore.has(last) ? (count - 1) * partBytes + lastBytes : count * partBytes
  }

  /** The sum with which a part is sent; undefined: its bytes have to be read for that. */
  checksumOf(partNumber: number): string | undefined {
    return this.#read.get(partNumber)
  }

  /** A part was read to be sent. */
  recordRead(partNumber: number, { checksum, crc }: ChecksumWithCrc): Outcome<string> {
    const doubted = this.#distrusted.get(partNumber)
    // The store was right to refuse the bytes: they are not those that were summed up.
    if (doubted !== undefined && doubted !== checksum) return failed({ kind: 'source-changed' })
    this.#distrusted.delete(partNumber)
    this.#read.set(partNumber, checksum)
    this.#crcs.set(partNumber, { checksum, crc })
    // Only what is read after all else was can tell that all of it was one and the same file.
    if (doubted === undefined) this.#rereadLate.clear()
    return succeeded(checksum)
  }

  /** The store says that it got other bytes: the file's are read again before the next try. */
  distrust(partNumber: number): void {
    const checksum = this.#read.get(partNumber)
    if (checksum === undefined) return
    this.#read.delete(partNumber)
    this.#distrusted.set(partNumber, checksum)
  }

  recordAcknowledged(partNumber: number, checksum: string): void {
    if (this.#onStore.get(partNumber) !== checksum) this.#forgetReread(partNumber)
    this.#onStore.set(partNumber, checksum)
  }

  /** True: the store's part was read here, so that its CRC tells whether the file is still the same. */
  isCrcKnown(partNumber: number): boolean {
    const landed = this.#onStore.get(partNumber)
    return landed !== undefined && this.#crcs.get(partNumber)?.checksum === landed
  }

  /** A part that the store has was read again. */
  recordReread(partNumber: number, { checksum, crc }: ChecksumWithCrc): Outcome<null> {
    if (this.#onStore.get(partNumber) !== checksum) return failed({ kind: 'source-changed' })
    this.#crcs.set(partNumber, { checksum, crc })
    return this.#rereadAs(partNumber)
  }

  /** The same for one whose CRC is known. */
  recordRereadCrc(partNumber: number, crc: string): Outcome<null> {
    const isSame = this.isCrcKnown(partNumber) && this.#crcs.get(partNumber)?.crc === crc
    return isSame ? this.#rereadAs(partNumber) : failed({ kind: 'source-changed' })
  }

  #rereadAs(partNumber: number): Outcome<null> {
    this.#reread.add(partNumber)
    this.#rereadLate.add(partNumber)
    return succeeded(null)
  }

  /**
   * The parts on the store that have to be read again before it counts that they are the file's.
   * @param isUnwritten nobody wrote to the file while this page had it: once is enough.
   */
  partsToReread(isUnwritten: boolean): readonly number[] {
    const lacking: number[] = []
    for (let partNumber = 1; partNumber <= partCountOf(this.plan); partNumber += 1) {
      const landed = this.#onStore.get(partNumber)
      if (landed === undefined) continue
      const isSettled = isUnwritten
        ? this.#reread.has(partNumber) || this.#read.get(partNumber) === landed
        : this.#rereadLate.has(partNumber)
      if (!isSettled) lacking.push(partNumber)
    }
    return lacking
  }

  #forgetReread(partNumber: number): void {
    this.#reread.delete(partNumber)
    this.#rereadLate.delete(partNumber)
  }
}

/** The sums so far, if they are of this file and summed up alike; else none yet. */
export function checksumsAfterPrepare(
  before: PartChecksums | null,
  prepared: PreparedUpload,
  sourceId: UploadRecord['sourceId'],
): PartChecksums {
  const isSame =
    before !== null &&
    before.sourceId === sourceId &&
    before.algorithm === prepared.algorithm &&
    cutOf(before.plan) === cutOf(prepared.plan)
  const sums = isSame ? before : new PartChecksums(prepared, sourceId)
  sums.acceptStored(prepared.held)
  return sums
}

function cutOf(plan: PartPlan): number | null {
  return plan.mode === 'single' ? null : plan.partBytes
}
