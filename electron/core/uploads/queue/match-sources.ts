import type { CommandInput, CommandOutput } from '../../../contract/commands.ts'
import type { SourceId, UploadId } from '../../../contract/ids.ts'
import { failed, type Outcome, succeeded } from '../../../contract/outcome.ts'
import type { Records } from '../../records/records.ts'
import type { UploadRow } from '../../records/stored-upload.ts'
import type { RegisteredSource, SourceRegistry } from '../../sources/source-registry.ts'
import { isUnfinished } from '../upload-context.ts'

/**
 * Names, for each file, the unfinished uploads that it may belong to. The relative path in the drop
 * has to be the same, since many files in one folder share a name, a length and a time.
 */
export function matchSources(
  records: Records,
  sources: SourceRegistry,
  { destinationId, items }: CommandInput<'matchSources'>,
): CommandOutput<'matchSources'> {
  const matches = items.flatMap(({ sourceId, relativePath }) => {
    const source = sources.facts(sourceId)
    if (source === null) return []
    const uploadIds = records.sources.waitingFor(destinationId, relativePath, source)
    return uploadIds.length === 0 ? [] : [{ sourceId, uploadIds }]
  })
  return { matches }
}

/** Each upload takes one file and each file serves one upload: a ticket can be used once. */
export function attachSources(
  records: Records,
  sources: SourceRegistry,
  { attachments }: CommandInput<'attachSources'>,
): CommandOutput<'attachSources'> {
  const uploads: CommandOutput<'attachSources'>['uploads'] = []
  const refused: CommandOutput<'attachSources'>['refused'] = []
  const fed = new Set<UploadId>()
  records.transaction(() => {
    for (const { uploadId, sourceId } of attachments) {
      const source = fed.has(uploadId)
        ? failed({ kind: 'wrong-state' })
        : fittingSource(records, sources, uploadId, sourceId)
      if (source.ok) {
        fed.add(uploadId)
        uploads.push(records.attachSource(uploadId, sourceId, source.value))
        sources.release(sourceId)
      } else refused.push({ sourceId, failure: source.failure })
    }
  })
  return { uploads, refused }
}

function fittingSource(
  records: Records,
  sources: SourceRegistry,
  uploadId: UploadId,
  sourceId: SourceId,
): Outcome<RegisteredSource> {
  const row = records.find(uploadId)
  const source = sources.facts(sourceId)
  if (row === null || source === null) return failed({ kind: 'unknown-id' })
  if (!isUnfinished(row)) return failed({ kind: 'wrong-state' })
  return isFileOf(row, source) ? succeeded(source) : failed({ kind: 'source-changed' })
}

function isFileOf({ record, modifiedAtMs, relativePath }: UploadRow, source: RegisteredSource) {
  return (
    source.byteLength === record.byteLength &&
    source.modifiedAtMs === modifiedAtMs &&
    isSameName(source.name, relativePath.slice(relativePath.lastIndexOf('/') + 1))
  )
}

/**
 * macOS returns names with decomposed accents; they count as the same name. Chromium numbers files
 * of one name that were dropped together, so the number may be missing when one is dropped alone.
 */
function isSameName(given: string, known: string): boolean {
  const names = [known, known.replace(/ \(\d+\)(?=(\.[^.]*)?$)/, '')]
  return names.some((name) => name.normalize() === given.normalize())
}
