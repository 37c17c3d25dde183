import type { Failure } from '../../../electron/contract/failure.ts'
import type { SourceId } from '../../../electron/contract/ids.ts'
import { failed, succeeded } from '../../../electron/contract/outcome.ts'
import { sourceUrl } from '../../../electron/contract/transport.ts'
import type { FileSource } from '../engine/ports.ts'

/**
 * A file of an earlier run, which the desktop host streams by its ticket. Each part is read whole
 * before it is sent, so at most the parts in flight are in memory.
 * @param byteLength of the whole file.
 */
export function rangeSource(sourceId: SourceId, byteLength: number): FileSource {
  const read: FileSource['read'] = async ({ start, end }, signal) => {
    // HTTP cannot ask for no bytes at all; an empty file's only part needs none.
    if (start === end) return succeeded({ byteLength: 0, payload: new Blob([]) })
    try {
      const response = await fetch(sourceUrl(sourceId), {
        headers: { Range: `bytes=${start}-${end - 1}` },
        signal,
      })
      if (response.status !== 206) return failed(failureOf(response.status))
      const body = await response.blob()
      // Without its type, else Chromium sends a Content-Type that nobody signed.
      const payload = body.slice(0, body.size, '')
      return payload.size === end - start
        ? succeeded({ byteLength: payload.size, payload })
        : failed({ kind: 'source-changed' })
    } catch (error) {
      signal.throwIfAborted()
      // The stream broke off: the host ended it, or it was closed itself.
      if (error instanceof TypeError) return failed({ kind: 'host-gone' })
      throw error
    }
  }
  return {
    read,
    // The host looks at the file's length and time before it streams even one byte.
    check: async (signal) => {
      const first = await read({ start: 0, end: Math.min(1, byteLength) }, signal)
      return first.ok ? succeeded(null) : first
    },
  }
}

/** The statuses are those of the desktop's `source://` handler. */
function failureOf(status: number): Failure {
  switch (status) {
    case 404:
      return { kind: 'source-missing' }
    case 409:
    case 416:
      return { kind: 'source-changed' }
    case 403:
      return { kind: 'source-unreadable' }
    default:
      return { kind: 'host-gone' }
  }
}
