import { ListPartsCommand } from '@aws-sdk/client-s3'
import type { Failure } from '../../contract/failure.ts'
import { failed, type Outcome, succeeded } from '../../contract/outcome.ts'
import { type PartPlan, partCountOf, rangeOfPart } from '../../contract/part-plan.ts'
import { ask, type Store } from '../store/store.ts'
import { type StoreSums, sumsIn } from './checksum-fields.ts'

/** 10,000 parts in pages of 1,000, and room for stores with shorter pages. */
const MAX_PAGES = 200

export interface StoreUpload {
  readonly key: string
  readonly storeUploadId: string
}

/** A part as the store tells of it. */
export interface ListedPart {
  readonly partNumber: number
  readonly byteLength: number
  readonly etag: string
  /** The checksums that it gives back; many stores give none. */
  readonly echoed: StoreSums
}

/** Every part the store holds of an upload. Fails with `upload-gone` when it knows no such upload. */
export async function listParts(
  store: Store,
  upload: StoreUpload,
  signal?: AbortSignal,
): Promise<Outcome<ListedPart[]>> {
  const parts: ListedPart[] = []
  let marker: string | undefined
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const answered = await listPage(store, upload, marker, signal)
    if (!answered.ok) {
      return isGone(answered.failure) ? failed({ kind: 'upload-gone' }) : answered
    }
    const { Parts: listed = [], IsTruncated: hasMore, NextPartNumberMarker: next } = answered.value
    for (const part of listed) {
      const { PartNumber: partNumber, Size: byteLength, ETag: etag } = part
      if (partNumber === undefined || byteLength === undefined || !etag) continue
      parts.push({ partNumber, byteLength, etag, echoed: sumsIn(part) })
    }
    // A store that repeats its marker would page for ever.
    if (hasMore !== true || next === undefined || next === marker) break
    marker = next
  }
  return succeeded(parts)
}

/** The parts whose number and length are the plan's. */
export function fitting(plan: PartPlan, parts: readonly ListedPart[]): ListedPart[] {
  const count = partCountOf(plan)
  return parts.filter(({ partNumber, byteLength }) => {
    if (partNumber > count) return false
    const { start, end } = rangeOfPart(plan, partNumber)
    return byteLength === end - start
  })
}

function listPage(
  store: Store,
  upload: StoreUpload,
  marker: string | undefined,
  signal: AbortSignal | undefined,
) {
  return ask(
    store,
    (client, options) =>
      client.send(
        new ListPartsCommand({
          Bucket: store.destination.bucket,
          Key: upload.key,
          UploadId: upload.storeUploadId,
          ...(marker === undefined ? {} : { PartNumberMarker: marker }),
        }),
        options,
      ),
    signal === undefined ? {} : { signal },
  )
}

/** AWS says NoSuchUpload; Ceph's gateway says NoSuchKey of an upload that was aborted. */
export function isGone(failure: Failure): boolean {
  if (failure.kind === 'upload-gone') return true
  return failure.kind === 'store-refused' && failure.status === 404
}
