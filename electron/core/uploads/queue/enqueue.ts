import { randomBytes, randomUUID } from 'node:crypto'
import type { QueueItem, UploadRecord } from '../../../contract/commands/uploads.ts'
import type { Failure } from '../../../contract/failure/kinds.ts'
import type { UploadId } from '../../../contract/ids.ts'
import { failed, type Outcome, succeeded } from '../../../contract/outcome.ts'
import type { StoredDestination } from '../../destinations/stored-destination.ts'
import type { NewUpload, Records } from '../../records/records.ts'
import type { SourceRegistry } from '../../sources/source-registry.ts'
import { contentTypeOf, refusalOf } from '../rules/admission.ts'
import { fileNameOf, freeKey, keyByTemplate, type ObjectKey } from '../rules/object-key.ts'

export interface EnqueuedUploads {
  readonly uploads: UploadRecord[]
  readonly refused: { sourceId: QueueItem['sourceId']; failure: Failure }[]
}

/**
 * Makes one record per file, or none at all if one fails. If two files want the same object key,
 * both are uploaded and the later one is numbered.
 */
export function enqueueUploads(
  records: Records,
  sources: SourceRegistry,
  destination: StoredDestination,
  items: readonly QueueItem[],
  nowMs: number,
): EnqueuedUploads {
  const refused: EnqueuedUploads['refused'] = []
  const uploads = records.add(items, (item) => {
    const token = newToken()
    const wanted = keyByTemplate(destination, { ...item, token, createdAtMs: nowMs })
    const admitted = admitFile({ records, sources, destination }, item, wanted, null)
    if (admitted.ok) return newUpload(admitted.value, item, token, nowMs)
    refused.push({ sourceId: item.sourceId, failure: admitted.failure })
    return null
  })
  for (const { sourceId } of items) sources.release(sourceId)
  return { uploads, refused }
}

export function newToken(): string {
  return randomBytes(16).toString('hex')
}

interface EnqueueDeps {
  readonly records: Records
  readonly sources: SourceRegistry
  readonly destination: StoredDestination
}

type AdmittedFile = Pick<
  NewUpload,
  'destinationId' | 'source' | 'contentType' | 'keyOrigin' | keyof ObjectKey
>

/**
 * Checks a file against the destination's rules and finds an object key for it.
 * @param except the upload that it replaces: the object key which that one wants counts as free.
 */
export function admitFile(
  { records, sources, destination }: EnqueueDeps,
  item: QueueItem,
  wanted: Outcome<ObjectKey>,
  except: UploadId | null,
): Outcome<AdmittedFile> {
  const source = sources.facts(item.sourceId)
  if (source === null) return failed({ kind: 'unknown-id' })
  const name = fileNameOf(item.relativePath)
  const encoding = item.encoding ?? null
  const contentType = contentTypeOf(destination.rules, item.contentType, name, encoding)
  const refusal = refusalOf(destination, { name, byteLength: source.byteLength, contentType })
  if (refusal !== null) return failed(refusal)
  if (!wanted.ok) return wanted
  const placing = freeKey(records, destination, wanted.value, except)
  if (placing === null) return failed({ kind: 'name-unusable', reason: 'too-long' })
  const { destinationId, rules } = destination
  const keyOrigin = { keyTemplate: rules.keyTemplate, wantedKey: wanted.value.key }
  return succeeded({ destinationId, source, contentType, keyOrigin, ...placing })
}

export function newUpload(
  admitted: AdmittedFile,
  item: QueueItem,
  token: string,
  createdAtMs: number,
): NewUpload {
  return {
    ...admitted,
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
