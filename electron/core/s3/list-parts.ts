import { ListPartsCommand, type ListPartsCommandOutput, type Part } from '@aws-sdk/client-s3'
import type { Failure } from '../../contract/failure/kinds.ts'
import { S3_LIMITS } from '../../contract/limits.ts'
import { failed, type Outcome, succeeded } from '../../contract/outcome.ts'
import { type PartPlan, partCountOf, rangeOfPart } from '../../contract/part-plan.ts'
import { checksumsIn, type StoreChecksums } from './checksum-headers.ts'
import { readPages } from './read-pages.ts'
import { type S3Store, sendToStore } from './request.ts'

export interface StoreUpload {
  readonly key: string
  readonly storeUploadId: string
}

/** A part as the store lists it. */
export interface ListedPart {
  readonly partNumber: number
  /** Null: the store does not say. */
  readonly byteLength: number | null
  /** Null: the store does not say. */
  readonly etag: string | null
  /** The checksums that the store returns; many stores return none. */
  readonly echoed: StoreChecksums
}

/**
 * Every part that the store holds of an upload. Some stores list one twice: rclone#9460. Fails with
 * `upload-gone` when the store knows no such upload.
 */
export async function listParts(
  store: S3Store,
  upload: StoreUpload,
  signal?: AbortSignal,
): Promise<Outcome<ListedPart[]>> {
  const pages = await readPages<ListPartsCommandOutput, number>({
    ask: (marker) => listPage(store, upload, marker, signal),
    next: markerAfter,
    count: ({ Parts = [] }) => Parts.length,
    signal,
  })
  if (!pages.ok) return isUploadGone(pages.failure) ? failed({ kind: 'upload-gone' }) : pages
  return succeeded(pages.value.flatMap(({ Parts = [] }) => Parts).flatMap(listedPart))
}

function listedPart(part: Part): ListedPart[] {
  const { PartNumber: partNumber, Size, ETag: etag } = part
  if (partNumber === undefined || !Number.isInteger(partNumber)) return []
  const byteLength = Number.isSafeInteger(Size) ? (Size ?? null) : null
  return [{ partNumber, byteLength, etag: etag || null, echoed: checksumsIn(part) }]
}

/**
 * Pages only ever go forward. If the store does not say where the next page begins, it begins after
 * the highest part of this one; if the store does not say whether there is one, it is asked.
 */
function markerAfter(page: ListPartsCommandOutput, marker: number | null): number | null {
  const { IsTruncated: hasMore, NextPartNumberMarker: named, Parts = [] } = page
  if (hasMore === false) return null
  const after = (candidate: number) =>
    Number.isInteger(candidate) && candidate > (marker ?? 0) && candidate < S3_LIMITS.maxPartCount
  const highest = Parts.reduce((most, { PartNumber = 0 }) => Math.max(most, PartNumber || 0), 0)
  if (after(Number(named)) && (hasMore === true || Parts.length > 0)) return Number(named)
  return after(highest) ? highest : null
}

/** A part whose number and length fit the plan. */
export interface PartOfPlan extends Omit<ListedPart, 'byteLength'> {
  readonly byteLength: number
  /** The store itself stated the length. */
  readonly isMeasured: boolean
}

/** The parts whose number is in the plan, and whose length fits if the store states it. */
export function partsOfPlan(plan: PartPlan, parts: readonly ListedPart[]): PartOfPlan[] {
  const count = partCountOf(plan)
  return parts.flatMap((part) => {
    const { partNumber } = part
    if (partNumber < 1 || partNumber > count) return []
    const { start, end } = rangeOfPart(plan, partNumber)
    const isMeasured = part.byteLength !== null
    if (isMeasured && part.byteLength !== end - start) return []
    return [{ ...part, byteLength: end - start, isMeasured }]
  })
}

function listPage(
  store: S3Store,
  upload: StoreUpload,
  marker: number | null,
  signal: AbortSignal | undefined,
) {
  return sendToStore(
    store,
    (client, options) =>
      client.send(
        new ListPartsCommand({
          Bucket: store.destination.bucket,
          Key: upload.key,
          UploadId: upload.storeUploadId,
          ...(marker === null ? {} : { PartNumberMarker: String(marker) }),
        }),
        options,
      ),
    signal === undefined ? {} : { signal },
  )
}

/** AWS says NoSuchUpload; Ceph's gateway says NoSuchKey for an aborted upload. */
export function isUploadGone(failure: Failure): boolean {
  if (failure.kind === 'upload-gone') return true
  return failure.kind === 'store-refused' && failure.status === 404
}
