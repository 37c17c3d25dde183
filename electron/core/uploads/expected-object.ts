import { type PartPlan, partCountOf, rangeOfPart } from '../../contract/part-plan.ts'
import type { PartRecords } from '../records/part-records.ts'
import type { IntegrityPlan, UploadRow } from '../records/upload-row.ts'
import { bareEtag, NO_ETAG } from '../s3/checksum-headers.ts'
import type { ObjectHead } from './head-object.ts'
import type { ExpectedObject } from './prove-object.ts'

/**
 * What the object has to be as far as the records know. Null when they do not: then it may be what
 * an earlier try of other bytes left.
 */
export function recordedObject(
  records: PartRecords,
  row: UploadRow,
  plan: PartPlan,
  head: ObjectHead | null = null,
): ExpectedObject | null {
  const { integrity, record } = row
  if (integrity === null) return null
  const recorded = records.all(record.uploadId)
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

/** What the object made of these parts has to be. */
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
