import { closeSync, constants, fstatSync, openSync, renameSync, writeSync } from 'node:fs'
import { claimExisting, claimFile } from './private-files.ts'

export interface LogSink {
  /** Takes whole lines. */
  readonly write: (line: string) => void
}

/** A log that would get longer is put away; one older log is kept. */
export const MAX_LOG_BYTES = 4 * 1024 * 1024

/** A link in the file's place is not followed; Windows has no such flag. */
const FLAGS =
  constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | (constants.O_NOFOLLOW ?? 0)

/**
 * Appends lines to a file that stays short. Every call is synchronous, so that the last line before
 * a crash is there. A file that another program holds costs lines, or gets longer, and stops nothing.
 *
 * @throws StartRefused when another user may have changed one of the two files.
 */
export function logFile(file: string, olderFile: string): LogSink {
  claimFile(file)
  claimExisting(olderFile)
  /** Null: another program holds it, and the next line tries again. */
  let handle: number | null = null
  let byteLength = 0
  const open = () => {
    const opened = openSync(file, FLAGS, 0o600)
    byteLength = fstatSync(opened).size
    return opened
  }
  let maxBytes = MAX_LOG_BYTES

  /** One try: a line that waited for another program would hold up the host. */
  const rotate = (opened: number) => {
    // Windows renames no file that is open.
    handle = null
    closeSync(opened)
    try {
      renameSync(file, olderFile)
      maxBytes = MAX_LOG_BYTES
    } catch {
      // Another program reads one of them: go on with the long one, and try again a while later.
      maxBytes = byteLength + MAX_LOG_BYTES
    }
  }

  return {
    write: (line) => {
      const bytes = Buffer.from(line)
      try {
        handle ??= open()
        if (byteLength > 0 && byteLength + bytes.length > maxBytes) rotate(handle)
        handle ??= open()
        for (let done = 0; done < bytes.length; ) done += writeSync(handle, bytes, done)
        byteLength += bytes.length
      } catch {
        // A full disk costs lines of the log, never an upload.
      }
    },
  }
}
