import type { SourceId } from '../../contract/ids.ts'
import type { QueueItem, UploadRecord } from '../../contract/upload.ts'
import type { SourceRecords } from '../records/source-records.ts'
import type { UploadRow } from '../records/upload-row.ts'
import type { Sources } from '../sources.ts'

/**
 * Recognises files that unfinished uploads wait for: same length, same time, and the same place in
 * the drop or at least the same name. Each upload takes one file, each file feeds one upload.
 */
export function matchSources(
  records: SourceRecords,
  sources: Sources,
  items: readonly QueueItem[],
): { sourceId: SourceId; upload: UploadRecord }[] {
  const fed = new Set<string>()
  return items.flatMap(({ sourceId, relativePath }) => {
    const source = sources.facts(sourceId)
    if (source === null) return []
    const waiting = records
      .waitingFor(source.byteLength, source.modifiedAtMs)
      .filter((row) => isInNeed(row) && !fed.has(row.record.uploadId))
    const match =
      waiting.find((row) => row.relativePath === relativePath) ??
      waiting.find((row) => nameOf(row.relativePath) === nameOf(relativePath))
    if (match === undefined) return []
    fed.add(match.record.uploadId)
    const upload = records.attachSource(match.record.uploadId, sourceId, source)
    sources.release(sourceId)
    return [{ sourceId, upload }]
  })
}

/**
 * A page that was loaded anew has lost files that the host still has a ticket for, so every upload
 * from a browser counts; on the desktop only those whose file was not found at its path.
 */
function isInNeed({ record, path }: UploadRow): boolean {
  if (path === null) return true
  const { status } = record
  if (status.phase !== 'failed') return false
  return ['source-missing', 'source-unreadable', 'source-detached'].includes(status.failure.kind)
}

function nameOf(relativePath: string): string {
  return relativePath.slice(relativePath.lastIndexOf('/') + 1)
}
