import type { SourceId, UploadId } from '../../contract/ids.ts'
import { failed, type Outcome, succeeded } from '../../contract/outcome.ts'
import type { UploadRecord } from '../../contract/upload.ts'
import type { Destinations } from '../destinations/destinations.ts'
import type { UploadRecords } from '../records/upload-records.ts'
import type { UploadRow } from '../records/upload-row.ts'
import type { Sources } from '../sources.ts'
import { newToken, newUpload, placedItem } from './queue-uploads.ts'
import { placingAgain } from './wanted-place.ts'

interface AgainParts {
  readonly records: UploadRecords
  readonly sources: Sources
  readonly destinations: Destinations
  /** Epoch ms, this computer's. */
  readonly now: () => number
}

/**
 * Begins a failed upload anew, as another one with the file as it is now, in the old one's place.
 * What the store holds of the old one is left for the cleaning.
 * @param given the file given again; null: the host looks where it was.
 */
export async function uploadAgain(
  { records, sources, destinations, now }: AgainParts,
  uploadId: UploadId,
  given: SourceId | null,
): Promise<Outcome<UploadRecord>> {
  const before = failedRow(records, uploadId)
  if (!before.ok) return before
  const source = given === null ? await sourceAtPath(sources, before.value) : succeeded(given)
  if (!source.ok) return source
  // Looking at the file takes time, in which somebody may have asked for the same.
  const row = failedRow(records, uploadId)
  if (!row.ok) return row
  const { record: former, relativePath, hash8, statedType, decision } = row.value
  const destination = destinations.find(former.destinationId)
  if (destination === null) return failed({ kind: 'unknown-id' })
  const contentType = statedType ?? former.contentType
  const item = { sourceId: source.value, relativePath, contentType, hash8 }
  const wanted = placingAgain(destination, row.value)
  const placed = placedItem({ records, sources, destination }, item, wanted, uploadId)
  if (!placed.ok) return placed
  const successor = newUpload(placed.value, item, newToken(), now())
  const record = records.supersede(uploadId, { ...successor, decision })
  sources.release(source.value)
  return succeeded(record)
}

function failedRow(records: UploadRecords, uploadId: UploadId): Outcome<UploadRow> {
  const row = records.find(uploadId)
  if (row === null) return failed({ kind: 'unknown-id' })
  return row.record.status.phase === 'failed' ? succeeded(row) : failed({ kind: 'not-now' })
}

async function sourceAtPath(sources: Sources, row: UploadRow): Promise<Outcome<SourceId>> {
  const { path, record } = row
  if (path === null) return failed({ kind: 'source-detached' })
  const facts = { path, name: record.name, byteLength: 0, modifiedAtMs: 0 }
  const [source] = await sources.register([facts])
  if (source === undefined) throw new Error('No outcome for the file')
  return source.ok ? succeeded(source.value.sourceId) : source
}
