import { randomBytes, randomUUID } from 'node:crypto'
import type { Failure } from '../../contract/failure.ts'
import type { UploadId } from '../../contract/ids.ts'
import type { QueueItem, UploadRecord } from '../../contract/upload.ts'
import type { StoredDestination } from '../destinations/stored-destination.ts'
import type { NewUpload, UploadRecords } from '../records/upload-records.ts'
import type { RegisteredSource, Sources } from '../sources.ts'
import { contentTypeOf } from './content-type.ts'
import { numbered, type Placing, placingOf } from './keys.ts'
import { longestFile } from './plan.ts'

export interface Queued {
  readonly uploads: UploadRecord[]
  readonly refused: { sourceId: QueueItem['sourceId']; failure: Failure }[]
}

/**
 * Makes one record per file, all of them or none. Two files that want the same key both go up:
 * the later one is numbered.
 */
export function queueUploads(
  records: UploadRecords,
  sources: Sources,
  destination: StoredDestination,
  items: readonly QueueItem[],
  nowMs: number,
): Queued {
  const refused: Queued['refused'] = []
  const uploads = records.add(items, (item) => {
    const placed = placedItem(records, sources, destination, item, null)
    if ('failure' in placed) {
      refused.push({ sourceId: item.sourceId, failure: placed.failure })
      return null
    }
    return newUpload(destination, item, placed.source, placed.placing, nowMs)
  })
  for (const { sourceId } of items) sources.release(sourceId)
  return { uploads, refused }
}

/** @param except the upload whose place it takes: what that one wants is free. */
export function placedItem(
  records: UploadRecords,
  sources: Sources,
  destination: StoredDestination,
  item: QueueItem,
  except: UploadId | null,
):
  | { readonly source: RegisteredSource; readonly placing: Placing }
  | { readonly failure: Failure } {
  const source = sources.facts(item.sourceId)
  if (source === null) return { failure: { kind: 'unknown-id' } }
  const limitBytes = longestFile(destination.maxPartCount)
  if (source.byteLength > limitBytes) return { failure: { kind: 'too-large', limitBytes } }
  const wanted = placingOf(destination.prefix, item.relativePath)
  if (!wanted.ok) return wanted
  const isTaken = ({ key }: Placing) => records.isKeyTaken(destination.destinationId, key, except)
  let placing: Placing | null = wanted.value
  for (let count = 2; placing !== null && isTaken(placing); count += 1) {
    placing = numbered(wanted.value, count)
  }
  if (placing === null) return { failure: { kind: 'name-unusable', reason: 'too-long' } }
  return { source, placing }
}

export function newUpload(
  destination: StoredDestination,
  item: QueueItem,
  source: RegisteredSource,
  placing: Placing,
  nowMs: number,
): NewUpload {
  return {
    uploadId: randomUUID() as UploadId,
    destinationId: destination.destinationId,
    sourceId: item.sourceId,
    source,
    relativePath: item.relativePath,
    ...placing,
    contentType: contentTypeOf(item.contentType, placing.name),
    token: randomBytes(16).toString('hex'),
    createdAtMs: nowMs,
  }
}
