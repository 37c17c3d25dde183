import { failed, succeeded } from '../../../electron/contract/outcome.ts'
import type { FileSource } from '../../engine/ports.ts'
import { checkGivenFile } from './given-file.ts'

/**
 * A file that the person gave to this page. Bodies are references into it: Chromium streams them
 * from the disk, whatever their length, and refuses to once the file has changed; so only the
 * first read looks at the disk, and `check` does.
 */
export function fileSource(file: File): FileSource {
  let wasReadable = false
  const check = async (signal: AbortSignal) => {
    const failure = await checkGivenFile(file)
    signal.throwIfAborted()
    if (failure !== null) return failed(failure)
    wasReadable = true
    return succeeded(null)
  }
  return {
    check,
    read: async ({ start, end }, signal) => {
      if (!wasReadable) {
        const checked = await check(signal)
        if (!checked.ok) return checked
      }
      // Type '' keeps Chromium from sending a Content-Type that nobody signed.
      const slice = file.slice(start, end, '')
      if (slice.size !== end - start) return failed({ kind: 'source-changed' })
      return succeeded({ byteLength: slice.size, payload: slice })
    },
  }
}
