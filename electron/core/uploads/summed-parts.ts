import type { ChecksumAlgorithm } from '../../contract/checksum.ts'
import type { HeldPart } from '../../contract/upload.ts'
import type { RecordedPart } from '../records/part-records.ts'
import { bareEtag, isSumOf, md5OfEtag, type StoreSums } from './checksum-fields.ts'
import type { ListedPart } from './list-parts.ts'
import { hasMd5Etags } from './object-fields.ts'

export interface SummedPart extends HeldPart {
  /** What the store said of it in so many words. */
  readonly echoed: StoreSums
  /** The store itself worked the checksum out, in an echo or as an ETag; else we only said it. */
  readonly isStores: boolean
}

export interface SummedParts {
  readonly held: readonly SummedPart[]
  /** Numbers of parts that the store has and nobody knows the checksum of. */
  readonly unknown: readonly number[]
}

/**
 * Tells the parts of which the checksum is known from those that have to be sent again.
 * @param encryption of the upload, as the store named it.
 */
export function summedParts(
  algorithm: ChecksumAlgorithm,
  listed: readonly ListedPart[],
  recorded: ReadonlyMap<number, RecordedPart>,
  encryption: string | null = null,
): SummedParts {
  const held: SummedPart[] = []
  const unknown: number[] = []
  for (const part of listed) {
    const md5 = algorithm === 'md5' && hasMd5Etags(encryption) ? md5OfEtag(part.etag) : null
    const known = knownSum(algorithm, part, recorded.get(part.partNumber) ?? null, md5)
    if (known === null) unknown.push(part.partNumber)
    else held.push({ ...part, ...known })
  }
  return { held, unknown }
}

/**
 * The store's own word first. Where it is not what was announced, the part was spoilt on its way,
 * or is an older one: it does not count. An ETag comes last, since at a store that encrypts it looks
 * like an MD5 and is none; a receipt with that very ETag says more.
 */
function knownSum(
  algorithm: ChecksumAlgorithm,
  listed: ListedPart,
  recorded: RecordedPart | null,
  md5: string | null,
): Pick<SummedPart, 'checksum' | 'isStores'> | null {
  const ours = recorded?.checksum ?? null
  const echo = listed.echoed[algorithm]
  if (echo !== undefined && isSumOf(algorithm, echo)) return agreed(echo, ours)
  const receipt = recorded?.etag ?? null
  const isReceived = receipt !== null && bareEtag(receipt) === bareEtag(listed.etag)
  if (ours !== null && isReceived) return { checksum: ours, isStores: ours === md5 }
  if (md5 !== null) return agreed(md5, ours)
  return ours !== null && receipt === null ? { checksum: ours, isStores: false } : null
}

function agreed(stores: string, ours: string | null) {
  return ours === null || ours === stores ? { checksum: stores, isStores: true } : null
}
