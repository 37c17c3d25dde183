import type { ChecksumAlgorithm } from '../../contract/checksum.ts'
import type { PartOnStore } from '../../contract/commands/uploads.ts'
import { bareEtag, isChecksumOf, md5OfEtag, type StoreChecksums } from '../s3/checksum-headers.ts'
import type { PartOfPlan } from '../s3/list-parts.ts'
import { hasMd5Etags } from '../s3/put-headers.ts'

/** The facts recorded here about an announced part; the store knows better what it holds. */
export interface RecordedPart {
  readonly partNumber: number
  /** From the receipt; null while there is none. */
  readonly etag: string | null
  /** Null: not known, or two were announced and either may have arrived. */
  readonly checksum: string | null
}

export interface ChecksummedPart extends PartOnStore {
  /** The checksums that the store itself returned for the part. */
  readonly echoed: StoreChecksums
  /**
   * The store itself computed the checksum, in an echo or as an ETag; otherwise only we stated it.
   */
  readonly isStores: boolean
}

export interface PartsByChecksum {
  readonly held: readonly ChecksummedPart[]
  /** Numbers of parts that the store has but whose checksum is unknown. */
  readonly unknown: readonly number[]
}

/**
 * Separates the parts with a known checksum from those that have to be sent again. A part that the
 * store lists twice counts once: the entry that matches the acknowledged ETag, otherwise the later
 * one, since the part may have been sent again while the pages were read.
 * @param encryption of the upload, as the store named it.
 */
export function partsByChecksum(
  algorithm: ChecksumAlgorithm,
  listed: readonly PartOfPlan[],
  recorded: ReadonlyMap<number, RecordedPart>,
  encryption: string | null = null,
): PartsByChecksum {
  const held = new Map<number, ChecksummedPart>()
  for (const part of listed) {
    const { partNumber, byteLength, echoed } = part
    const ours = recorded.get(partNumber) ?? null
    const isMd5 = algorithm === 'md5' && hasMd5Etags(encryption) && part.etag !== null
    const known = knownChecksum(algorithm, part, ours, isMd5 ? md5OfEtag(part.etag ?? '') : null)
    // Complete has to name the ETag.
    const etag = part.etag ?? ours?.etag ?? null
    if (known === null || etag === null) continue
    const before = held.get(partNumber)
    if (before !== undefined && isReceipt(ours, before.etag) && !isReceipt(ours, etag)) continue
    held.set(partNumber, { partNumber, byteLength, etag, echoed, ...known })
  }
  const numbers = new Set(listed.map(({ partNumber }) => partNumber))
  const unknown = [...numbers].filter((partNumber) => !held.has(partNumber))
  return { held: [...held.values()], unknown }
}

function isReceipt(recorded: RecordedPart | null, etag: string): boolean {
  const receipt = recorded?.etag ?? null
  return receipt !== null && bareEtag(receipt) === bareEtag(etag)
}

/**
 * The store's own checksum comes first. If it differs from the announced one, the part was
 * corrupted on its way or is an older one: it does not count. An ETag comes last, since at a store
 * that encrypts it looks like an MD5 but is none; a receipt with that very ETag is better evidence.
 */
function knownChecksum(
  algorithm: ChecksumAlgorithm,
  listed: PartOfPlan,
  recorded: RecordedPart | null,
  md5: string | null,
): Pick<ChecksummedPart, 'checksum' | 'isStores'> | null {
  const ours = recorded?.checksum ?? null
  const echo = listed.echoed[algorithm]
  if (echo !== undefined && isChecksumOf(algorithm, echo)) return agreed(echo, ours)
  const receipt = recorded?.etag ?? null
  // A listed part without further details is the one that the store acknowledged.
  const isReceived = receipt !== null && (listed.etag === null || isReceipt(recorded, listed.etag))
  if (ours !== null && isReceived) return { checksum: ours, isStores: ours === md5 }
  if (md5 !== null) return agreed(md5, ours)
  // Without a receipt, only its length shows that all of it has arrived.
  const isArrived = receipt === null && listed.isMeasured
  return ours !== null && isArrived ? { checksum: ours, isStores: false } : null
}

function agreed(stores: string, ours: string | null) {
  return ours === null || ours === stores ? { checksum: stores, isStores: true } : null
}
