import { failed, succeeded } from '../../../electron/contract/outcome.ts'
import type { ByteRange } from '../../../electron/contract/part-plan.ts'
import type { FileSource } from '../engine/ports.ts'
import { probeBlob } from './blob-probe.ts'

/**
 * A file that the person gave to this page. Bodies are references into it: Chromium streams them
 * from the disk, whatever their length.
 */
export function fileSource(file: File): FileSource {
  // What could be read before and cannot now has changed; what never could is not ours to read.
  let wasReadable = false
  return {
    read: async ({ start, end }: ByteRange, signal) => {
      // Type '' keeps Chromium from sending a Content-Type that nobody signed.
      const slice = file.slice(start, end, '')
      const probed = slice.size === 0 ? file : slice
      const failure = await probeBlob(probed, wasReadable ? 'source-changed' : 'source-unreadable')
      signal.throwIfAborted()
      if (failure !== null) return failed(failure)
      if (slice.size !== end - start) return failed({ kind: 'source-changed' })
      wasReadable = true
      return succeeded({ byteLength: slice.size, payload: slice })
    },
  }
}
