import { constants } from 'node:fs'

/**
 * Flags for opening one of the user's files. If a pipe has replaced the file, opening does not
 * block (open(2), O_NONBLOCK); Windows has no such pipes and no such flag.
 */
export const READ_NON_BLOCKING = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)

/**
 * Calls a function of `fs` on one of the user's own files. Electron makes `fs` treat an `.asar`
 * file as a folder, unless `process.noAsar` is set at the moment of the call
 * (electronjs.org/docs/latest/tutorial/asar-archives). Plain Node ignores the property.
 *
 * @param call passes the path to `fs` before it awaits anything.
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
