import type { UploadId } from '../../contract/ids.ts'
import { type Outcome, succeeded } from '../../contract/outcome.ts'
import { checkSource } from '../sources/source-registry.ts'
import { type UploadContext, unfinishedRow } from './upload-context.ts'

/**
 * Whether the file is still the one that was given. `isUnwritten` is true only if it was proven,
 * before the first byte was read, that every write changes the file's change time
 * (`change-times.ts`).
 */
export async function checkUploadSource(
  context: UploadContext,
  uploadId: UploadId,
): Promise<Outcome<{ isUnwritten: boolean }>> {
  const row = unfinishedRow(context, uploadId)
  if (!row.ok) return row
  const { path, modifiedAtMs, changedAtMs, record } = row.value
  if (path === null) return succeeded({ isUnwritten: false })
  const { byteLength } = record
  const now = await checkSource(path, { byteLength, modifiedAtMs })
  if (!now.ok) return now
  return succeeded({ isUnwritten: changedAtMs === now.value.changedAtMs })
}
