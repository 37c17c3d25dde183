import { constants } from 'node:fs'

/**
 * Flags to open one of the person's files with. Should a pipe have taken its place, opening waits for
 * nobody (open(2), O_NONBLOCK); Windows has neither.
 */
export const READ_NON_BLOCKING = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)

/**
 * Calls a function of `fs` on one of the person's own files. Electron makes `fs` see a folder where
 * there is an `.asar` file, unless `process.noAsar` is set at the moment of the call
 * (electronjs.org/docs/latest/tutorial/asar-archives). Plain Node has no such property and minds none.
 *
 * @param call hands the path to `fs` before it awaits anything.
 */
export function asPlainFile<T>(call: () => T): T {
  const flags = process as { noAsar?: boolean | undefined }
  const before = flags.noAsar
  flags.noAsar = true
  try {
    return call()
  } finally {
    flags.noAsar = before
  }
}
