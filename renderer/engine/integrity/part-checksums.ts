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
 * The checksums of one upload's parts: those of the file as this page read it, and those of the
 * store. Kept across pauses, since a checksum is short and reading a file again takes long.
 */
export class PartChecksums {
  readonly plan: PartPlan
  readonly algorithm: ChecksumAlgorithm
  readonly sourceId: UploadRecord['sourceId']
  /** Checksums of the parts that were read to be sent. */
  readonly #read = new Map<number, string>()
  /** The CRC for each of these checksums. */
  readonly #crcs = new Map<number, ChecksumWithCrc>()
  /**
   * Parts that must be read again because the store received other bytes, with the earlier
   * checksum.
   */
  readonly #distrusted = new Map<number, string>()
  /** Checksums of the parts that the store has. */
  #onStore = new Map<number, string>()
  /** Parts that were read again and match the store's. */
  readonly #reread = new Set<number>()
  /** The reread parts that were read after every part had been read for the first time. */
  readonly #rereadLate = new Set<number>()

  constructor(
    { plan, algorithm }: Pick<PreparedUpload, 'plan' | 'algorithm'>,
    sourceId: UploadRecord['sourceId'],
  ) {
    this.plan = plan
    this.algorithm = algorithm
    this.sourceId = sourceId
  }

  /** Records the parts that the store reports. */
  acceptStored(held: readonly PartOnStore[]): void {
    const before = this.#onStore
    this.#onStore = new Map(
      fittingParts(this.plan, held).map((part) => [part.partNumber, part.checksum]),
    )
    for (const [partNumber, checksum] of before) {
      if (this.#onStore.get(partNumber) !== checksum) this.#forgetReread(partNumber)
    }
  }

  /** The total size of the parts that the store has. */
  get storedBytes(): number {
    const last = partCountOf(this.plan)
    const lastBytes = bytesOfPart(this.plan, last)
    const count = this.#onStore.size
    const partBytes = bytesOfPart(this.plan, 1)
    return this.#onStore.has(last) ? (count - 1) * partBytes + lastBytes : count * partBytes
  }

  /** The checksum that a part is sent with; undefined: the part has to be read first. */
  checksumOf(partNumber: number): string | undefined {
    return this.#read.get(partNumber)
  }

  /** Records the checksum of a part that was read to be sent. */
  recordRead(partNumber: number, { checksum, crc }: ChecksumWithCrc): Outcome<string> {
    const refused = this.#distrusted.get(partNumber)
    // The store was right to refuse the bytes: they differ from those that the checksum was
    // computed for.
    if (refused !== undefined && refused !== checksum) return failed({ kind: 'source-changed' })
    this.#distrusted.delete(partNumber)
    this.#read.set(partNumber, checksum)
    this.#crcs.set(partNumber, { checksum, crc })
    // Only a read that follows all first reads can prove that every part belongs to one version of
    // the file.
    if (refused === undefined) this.#rereadLate.clear()
    return succeeded(checksum)
  }

  /** The store received other bytes: the part is read again before the next attempt. */
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

  /** True: this page read the store's part, so its CRC tells whether the file is unchanged. */
  isCrcKnown(partNumber: number): boolean {
    const stored = this.#onStore.get(partNumber)
    return stored !== undefined && this.#crcs.get(partNumber)?.checksum === stored
  }

  /** Records that a part on the store was read again. */
  recordReread(partNumber: number, { checksum, crc }: ChecksumWithCrc): Outcome<null> {
    if (this.#onStore.get(partNumber) !== checksum) return failed({ kind: 'source-changed' })
    this.#crcs.set(partNumber, { checksum, crc })
    return this.#rereadAs(partNumber)
  }

  /** Records the reread of a part whose CRC is known. */
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
   * The parts on the store that must be read again to prove that they belong to the file.
   * @param isUnwritten nobody wrote to the file while this page had it: reading once is enough.
   */
  partsToReread(isUnwritten: boolean): readonly number[] {
    const lacking: number[] = []
    for (let partNumber = 1; partNumber <= partCountOf(this.plan); partNumber += 1) {
      const stored = this.#onStore.get(partNumber)
      if (stored === undefined) continue
      const isSettled = isUnwritten
        ? this.#reread.has(partNumber) || this.#read.get(partNumber) === stored
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

/**
 * The checksums so far if they were computed for this file in the same way; otherwise an empty set.
 */
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
  const checksums = isSame ? before : new PartChecksums(prepared, sourceId)
  checksums.acceptStored(prepared.held)
  return checksums
}

function cutOf(plan: PartPlan): number | null {
  return plan.mode === 'single' ? null : plan.partBytes
}
