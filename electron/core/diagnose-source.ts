import { open } from 'node:fs/promises'
import type { Failure } from '../contract/failure/kinds.ts'
import { asPlainFile, READ_NON_BLOCKING } from '../files/plain-file.ts'
import type { SourceFacts } from './ports.ts'
import { readFailure } from './sources/source-failure.ts'
import { checkSource } from './sources.ts'

/**
 * Finds out why the page cannot read a file: Chromium says `NotReadableError` of all that is in the
 * way. Null: the host does not see the file, or can read it.
 */
export async function diagnoseSource(
  source: Pick<SourceFacts, 'path' | 'byteLength' | 'modifiedAtMs'> | null,
  platform: NodeJS.Platform = process.platform,
): Promise<Failure | null> {
  const path = source?.path ?? null
  if (source === null || path === null) return null
  const checked = await checkSource(path, source)
  if (!checked.ok) return checked.failure
  try {
    await using file = await asPlainFile(() => open(path, READ_NON_BLOCKING))
    // A file that comes from the cloud comes piece by piece.
    for (const at of [0, Math.floor(source.byteLength / 2), source.byteLength - 1]) {
      if (at >= 0) await file.read(Buffer.alloc(1), 0, 1, at)
    }
    return null
  } catch (error) {
    return readFailure(error, path, platform)
  }
}
