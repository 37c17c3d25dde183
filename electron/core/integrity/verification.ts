import type { ChecksumAlgorithm, Proof } from '../../contract/checksum.ts'
import { type PartPlan, partCountOf, rangeOfPart } from '../../contract/part-plan.ts'
import { CRC32C, CRC64NVME } from '../../lib/crc-combine.ts'
import { bareEtag, md5OfEtag, NO_ETAG } from '../s3/checksum-headers.ts'
import type { ObjectHead } from '../s3/head-object.ts'
import { hasMd5Etags } from '../s3/put-headers.ts'
import { compositeOf, etagOfParts, fullObjectCrc, type PartChecksum } from './object-checksums.ts'
import type { RecordedPart } from './part-checksums.ts'
import type { IntegrityPlan } from './store-integrity.ts'

/** The expected properties of the finished object. */
export interface ExpectedObject {
  readonly mode: PartPlan['mode']
  readonly algorithm: ChecksumAlgorithm
  /** The store compared every part with its checksum. */
  readonly isChecked: boolean
  readonly parts: readonly PartChecksum[]
}

/**
 * The strongest available proof that the object is the file, or that it is not. Only a checksum
 * from the store can prove the latter: at many stores, or with encryption, ETags are not MD5s.
 * @param head null: these access keys may not look.
 */
export function proofOf(expected: ExpectedObject, head: ObjectHead | null): Proof | 'differs' {
  const { mode, algorithm, isChecked } = expected
  switch (head === null ? 'silent' : comparison(expected, head)) {
    case 'same':
      return { level: 'whole', algorithm }
    case 'differs':
      return 'differs'
    case 'silent':
      if (!isChecked) return { level: 'none' }
      return { level: mode === 'single' ? 'whole' : 'parts', algorithm }
  }
}

function comparison(expected: ExpectedObject, head: ObjectHead): 'same' | 'differs' | 'silent' {
  const { mode, algorithm, parts } = expected
  if (algorithm === 'md5') {
    return hasMd5Etags(head.encryption) && isEtagOf(expected, head.etag) ? 'same' : 'silent'
  }
  const stores = head.sums[algorithm]
  if (stores === undefined) return 'silent'
  if (mode === 'single') return stores === parts[0]?.value ? 'same' : 'differs'
  return compareWhole(algorithm, parts, stores, head.isComposite)
}

/**
 * Some stores name neither the type nor, after a dash, the number of parts: then it may be either
 * type.
 */
function compareWhole(
  algorithm: Exclude<ChecksumAlgorithm, 'md5'>,
  parts: readonly PartChecksum[],
  stores: string,
  isComposite: boolean | null,
): 'same' | 'differs' | 'silent' {
  const composite = compositeOf(s3NameOf(algorithm), parts)
  const isSameComposite = unnumbered(stores) === unnumbered(composite)
  if (isComposite !== false && isSameComposite) return 'same'
  if (isComposite === true) return 'differs'
  // The SHA-256 of the whole object cannot be computed from those of its parts.
  if (algorithm === 'sha256') return 'silent'
  const kind = algorithm === 'crc64nvme' ? CRC64NVME : CRC32C
  return stores === fullObjectCrc(kind, parts) ? 'same' : 'differs'
}

function isEtagOf({ mode, parts }: ExpectedObject, etag: string | null): boolean {
  if (etag === null) return false
  if (mode === 'single') return md5OfEtag(etag) === parts[0]?.value
  return bareEtag(etag).toLowerCase() === etagOfParts(parts)
}

function unnumbered(checksum: string): string {
  return checksum.replace(/-\d+$/, '')
}

function s3NameOf(algorithm: Exclude<ChecksumAlgorithm, 'md5'>) {
  return ({ crc64nvme: 'CRC64NVME', crc32c: 'CRC32C', sha256: 'SHA256' } as const)[algorithm]
}

/**
 * The object to expect according to the records. Null when they do not say: then the object may
 * come from an earlier try with other bytes.
 */
export function recordedObject(
  recorded: ReadonlyMap<number, RecordedPart>,
  integrity: IntegrityPlan | null,
  plan: PartPlan,
  head: ObjectHead | null = null,
): ExpectedObject | null {
  if (integrity === null) return null
  const parts = Array.from({ length: partCountOf(plan) }, (_, index) => recorded.get(index + 1))
  const known = parts.flatMap((part) =>
    part?.checksum == null ? [] : { partNumber: part.partNumber, checksum: part.checksum },
  )
  if (known.length !== parts.length) return null
  const receipt = plan.mode === 'single' ? (parts[0]?.etag ?? null) : null
  const isSilent = head !== null && head.sums[integrity.algorithm] === undefined
  const etag = isSilent ? head.etag : null
  const isOther =
    etag !== null && receipt !== null && receipt !== NO_ETAG && bareEtag(receipt) !== bareEtag(etag)
  return isOther ? null : expectedObject(plan, integrity, known)
}

/** The object to expect from these parts. */
export function expectedObject(
  plan: PartPlan,
  { algorithm, isChecked }: IntegrityPlan,
  parts: readonly { partNumber: number; checksum: string; isStores?: boolean }[],
): ExpectedObject {
  return {
    mode: plan.mode,
    algorithm,
    isChecked: isChecked || parts.every((part) => part.isStores === true),
    parts: parts.map(({ partNumber, checksum }) => {
      const { start, end } = rangeOfPart(plan, partNumber)
      return { value: checksum, byteLength: end - start }
    }),
  }
}
