import { randomBytes, randomUUID } from 'node:crypto'
import type { Failure } from '../../contract/failure.ts'
import type { UploadId } from '../../contract/ids.ts'
import { failed, type Outcome, succeeded } from '../../contract/outcome.ts'
import type { QueueItem, UploadRecord } from '../../contract/upload.ts'
import type { StoredDestination } from '../destinations/stored-destination.ts'
import type { NewUpload, UploadRecords } from '../records/upload-records.ts'
import type { Sources } from '../sources.ts'
import { refusalOf } from './allowed.ts'
import { contentTypeOf } from './content-type.ts'
import { ownName, type Placing } from './keys.ts'
import { freePlacing, wantedPlacing } from './wanted-place.ts'

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
    const token = newToken()
    const wanted = wantedPlacing(destination, { ...item, token, createdAtMs: nowMs })
    const placed = placedItem({ records, sources, destination }, item, wanted, null)
    if (placed.ok) return newUpload(placed.value, item, token, nowMs)
    refused.push({ sourceId: item.sourceId, failure: placed.failure })
    return null
  })
  for (const { sourceId } of items) sources.release(sourceId)
  return { uploads, refused }
}

export function newToken(): string {
  return randomBytes(16).toString('hex')
}

interface Queueing {
  readonly records: UploadRecords
  readonly sources: Sources
  readonly destination: StoredDestination
}

type PlacedItem = Pick<
  NewUpload,
  'destinationId' | 'source' | 'contentType' | 'placed' | keyof Placing
>

/**
 * Judges a file by the destination's rules and finds it a place.
 * @param except the upload whose place it takes: what that one wants is free.
 */
export function placedItem(
  { records, sources, destination }: Queueing,
  item: QueueItem,
  wanted: Outcome<Placing>,
  except: UploadId | null,
): Outcome<PlacedItem> {
  const source = sources.facts(item.sourceId)
  if (source === null) return failed({ kind: 'unknown-id' })
  const name = ownName(item.relativePath)
  const encoding = item.encoding ?? null
  const contentType = contentTypeOf(destination.rules, item.contentType, name, encoding)
  const refusal = refusalOf(destination, { name, byteLength: source.byteLength, contentType })
  if (refusal !== null) return failed(refusal)
  if (!wanted.ok) return wanted
  const placing = freePlacing(records, destination, wanted.value, except)
  if (placing === null) return failed({ kind: 'name-unusable', reason: 'too-long' })
  const { destinationId, rules } = destination
  const placed = { keyTemplate: rules.keyTemplate, wantedKey: wanted.value.key }
  return succeeded({ destinationId, source, contentType, placed, ...placing })
}

export function newUpload(
  placed: PlacedItem,
  item: QueueItem,
  token: string,
  createdAtMs: number,
): NewUpload {
  return {
    ...placed,
    uploadId: randomUUID() as UploadId,
    sourceId: item.sourceId,
    relativePath: item.relativePath,
    hash8: item.hash8,
    statedType: item.contentType,
    encoding: item.encoding ?? null,
    decision: null,
    token,
    createdAtMs,
  }
}
