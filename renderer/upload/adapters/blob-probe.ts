import type { Failure } from '../../../electron/contract/failure.ts'

/**
 * Reads one byte. A `File` is a snapshot: Chromium refuses to read it with `NotFoundError` when
 * the file is gone, and with `NotReadableError` when it may not be read or its time has changed;
 * which of these two, the caller must know.
 */
export async function probeBlob(
  blob: Blob,
  notReadable: 'source-changed' | 'source-unreadable',
): Promise<Failure | null> {
  try {
    await blob.slice(0, 1).arrayBuffer()
    return null
  } catch (error) {
    if (!(error instanceof DOMException)) throw error
    return { kind: error.name === 'NotFoundError' ? 'source-missing' : notReadable }
  }
}
