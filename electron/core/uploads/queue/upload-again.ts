import type { FileFacts, QueueItem, UploadRecord } from '../../../contract/commands/uploads.ts'
import type { CommandInput } from '../../../contract/commands.ts'
import { isTextType } from '../../../contract/content-type.ts'
import type { SourceId, UploadId } from '../../../contract/ids.ts'
import { failed, type Outcome, succeeded } from '../../../contract/outcome.ts'
import { templateAsks } from '../../../contract/rules/key-template.ts'
import type { Destinations } from '../../destinations/destinations.ts'
import type { StoredDestination } from '../../destinations/stored-destination.ts'
import type { Records } from '../../records/records.ts'
import type { UploadRow } from '../../records/stored-upload.ts'
import { inspectFile } from '../../sources/inspect-file.ts'
import type { SourceRegistry } from '../../sources/source-registry.ts'
import { contentTypeOf } from '../rules/admission.ts'
import { currentKeyByTemplate, fileNameOf } from '../rules/object-key.ts'
import { isUnfinished } from '../upload-context.ts'
import { admitFile, newToken, newUpload } from './enqueue.ts'

interface UploadAgainDeps {
  readonly records: Records
  readonly sources: SourceRegistry
  readonly destinations: Destinations
  /** This computer's clock, epoch ms. */
  readonly now: () => number
}

/**
 * Starts a stopped upload again as a new upload of the file as it is now, in the old one's place in
 * the list. Anything that the store holds of the old one is left to the cleanup.
 * @param given the file that was given again, with the facts that the page found out about it;
 * null: the host looks at the old path.
 */
export async function uploadAgain(
  { records, sources, destinations, now }: UploadAgainDeps,
  { uploadId, sourceId: given, facts }: CommandInput<'uploadAgain'>,
): Promise<Outcome<UploadRecord>> {
  const before = stoppedRow(records, uploadId, given)
  if (!before.ok) return before
  const destination = destinations.find(before.value.record.destinationId)
  if (destination === null) return failed({ kind: 'unknown-id' })
  const looked =
    given === null
      ? await lookAtPath(sources, destination, before.value)
      : succeeded({ sourceId: given, ...(facts ?? factsBefore(before.value)) })
  if (!looked.ok) return looked
  // Looking at the file takes time, in which another request for the same upload may have come.
  const row = stoppedRow(records, uploadId, given)
  if (!row.ok) return row
  const { relativePath, decision } = row.value
  const item = { ...looked.value, relativePath }
  const wanted = currentKeyByTemplate(destination, row.value, item.hash8)
  const admitted = admitFile({ records, sources, destination }, item, wanted, uploadId)
  if (!admitted.ok) return admitted
  const successor = newUpload(admitted.value, item, newToken(), now())
  const record = records.supersede(uploadId, { ...successor, decision })
  sources.release(item.sourceId)
  return succeeded(record)
}

/**
 * The records do not know which uploads wait for a file that the page has lost, so a file may be
 * given to any unfinished upload; the page offers it where nothing is in progress.
 */
function stoppedRow(
  records: Records,
  uploadId: UploadId,
  given: SourceId | null,
): Outcome<UploadRow> {
  const row = records.find(uploadId)
  if (row === null) return failed({ kind: 'unknown-id' })
  const isStopped = given === null ? row.record.status.phase === 'failed' : isUnfinished(row)
  return isStopped ? succeeded(row) : failed({ kind: 'wrong-state' })
}

/** The facts from when the file was given. */
function factsBefore({ record, statedType, hash8, encoding }: UploadRow): FileFacts {
  const contentType = statedType ?? record.contentType
  return { contentType, hash8, ...(encoding === null ? {} : { encoding }) }
}

/** The type comes from the name, which has not changed; the bytes have. */
async function lookAtPath(
  sources: SourceRegistry,
  { rules }: StoredDestination,
  row: UploadRow,
): Promise<Outcome<Omit<QueueItem, 'relativePath'>>> {
  const { path, record } = row
  if (path === null) return failed({ kind: 'source-detached' })
  const facts = { path, name: record.name, byteLength: 0, modifiedAtMs: 0 }
  const [source] = await sources.register([facts])
  if (source === undefined) throw new Error('No outcome for the file')
  if (!source.ok) return source
  const { sourceId, byteLength } = source.value
  const { contentType } = factsBefore(row)
  const typed = contentTypeOf(rules, contentType, fileNameOf(row.relativePath), null)
  const looked = await inspectFile(path, byteLength, {
    needsHash: templateAsks(rules.keyTemplate, 'hash8'),
    isText: isTextType(typed),
  })
  if (!looked.ok) {
    sources.release(sourceId)
    return looked
  }
  const { hash8, encoding } = looked.value
  return succeeded({ sourceId, contentType, hash8, ...(encoding === null ? {} : { encoding }) })
}
