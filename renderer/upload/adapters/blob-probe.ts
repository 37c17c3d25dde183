import type { Failure } from '../../../electron/contract/failure/kinds.ts'

/**
 * Reads one byte, or an empty file as a whole: a slice of one is answered without a look at the
 * disk, and a file that was never there has the length 0, too. A `File` is a snapshot: Chromium
 * refuses to read it with `NotFoundError` when the file is gone, and with `NotReadableError` when
 * it may not be read or its time has changed; which of these two, the caller must know.
 */
export async function probeBlob(
  blob: Blob,
  notReadable: 'source-changed' | 'source-unreadable',
): Promise<Failure | null> {
  try {
    await (blob.size === 0 ? blob : blob.slice(0, 1)).arrayBuffer()
    return null
  } catch (error) {
    if (!(error instanceof DOMException)) throw error
    return { kind: error.name === 'NotFoundError' ? 'source-missing' : notReadable }
  }
}
