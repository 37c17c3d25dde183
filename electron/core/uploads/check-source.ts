import type { UploadId } from '../../contract/ids.ts'
import { type Outcome, succeeded } from '../../contract/outcome.ts'
import { checkSource } from '../sources.ts'
import { type UploadContext, unfinishedRow } from './upload-context.ts'

/**
 * Whether the file is still the one that was given. `isUnwritten` only where the host sees the file
 * and its file system says that nothing was written to it, not even with its time set back.
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
  // Null for a file that was given to a Ferry that did not look, too.
  return succeeded({ isUnwritten: changedAtMs === now.value.changedAtMs })
}
