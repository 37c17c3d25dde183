import type { Failure } from '../../electron/contract/failure/kinds.ts'
import type { SourceId } from '../../electron/contract/ids.ts'
import { failed, type Outcome, succeeded } from '../../electron/contract/outcome.ts'
import type { ByteRange } from '../../electron/contract/part-plan.ts'
import { sourceUrl } from '../../electron/contract/transport.ts'
import type { FileSource } from '../engine/ports.ts'

/** The `source://` handler's status for a range beyond the end of an unchanged file. */
const NO_SUCH_RANGE = 416

/**
 * A file of an earlier run, which the desktop host streams by its source id. Each part is read
 * whole before it is sent, so at most the parts in flight are in memory.
 * @param byteLength the length of the whole file.
 */
export function rangeSource(sourceId: SourceId, byteLength: number): FileSource {
  return {
    read: async (range, signal) => {
      const payload = await readRange(sourceId, range, signal)
      return payload.ok
        ? succeeded({ byteLength: payload.value.size, payload: payload.value })
        : payload
    },
    // The host checks the file's length and time before it streams even one byte.
    check: async (signal) => {
      const first = await fetchRange(sourceId, { start: 0, end: 1 }, signal)
      if (!first.ok) return first
      const { status } = first.value
      const isSame = status === (byteLength === 0 ? NO_SUCH_RANGE : 206)
      return isSame ? succeeded(null) : failed(failureOf(status))
    },
  }
}

/** Reads exactly these bytes of a file that the host streams; fails as a `FileSource` does. */
export async function readRange(
  sourceId: SourceId,
  { start, end }: ByteRange,
  signal: AbortSignal,
): Promise<Outcome<Blob>> {
  // HTTP cannot ask for zero bytes, and an empty file's only part needs none.
  if (start === end) return succeeded(new Blob([]))
  const asked = await fetchRange(sourceId, { start, end }, signal)
  if (!asked.ok) return asked
  const { status, body } = asked.value
  if (status !== 206) return failed(failureOf(status))
  // The type is dropped, or Chromium would send an unsigned Content-Type.
  const payload = body.slice(0, body.size, '')
  return payload.size === end - start ? succeeded(payload) : failed({ kind: 'source-changed' })
}

async function fetchRange(
  sourceId: SourceId,
  { start, end }: ByteRange,
  signal: AbortSignal,
): Promise<Outcome<{ readonly status: number; readonly body: Blob }>> {
  try {
    const headers = { Range: `bytes=${start}-${end - 1}` }
    const response = await fetch(sourceUrl(sourceId), { headers, signal })
    return succeeded({ status: response.status, body: await response.blob() })
  } catch (error) {
    signal.throwIfAborted()
    // The stream broke off: the host cancelled it, or was closed.
    if (error instanceof TypeError) return failed({ kind: 'host-gone' })
    throw error
  }
}

/** The desktop's `source://` handler answers with these statuses. */
function failureOf(status: number): Failure {
  switch (status) {
    case 404:
      return { kind: 'source-missing' }
    case 409:
    case 416:
      return { kind: 'source-changed' }
    case 403:
      return { kind: 'source-unreadable' }
    case 503:
      return { kind: 'source-in-cloud' }
    default:
      return { kind: 'host-gone' }
  }
}
