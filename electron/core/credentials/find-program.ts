import { access, constants } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import type { Environment } from '../ports.ts'

/** A program that a shell would look for and not find, and where it would look. */
export interface MissingProgram {
  readonly program: string
  readonly folders: readonly string[]
}

/** Shells have some commands in themselves, and an assignment may stand before the program. */
const NO_PROGRAM = /[\s"'`$=|&;<>()\\/]|^$/
/** As many as a sentence can name. */
const MOST_FOLDERS = 12
const MOST_CHARACTERS = 200

/**
 * Whether a command's program is in no folder of PATH; null where it is, or where that cannot be
 * told by its first word alone. Not for Windows, which looks in more places.
 */
export async function findMissingProgram(
  command: string,
  environment: Environment,
): Promise<MissingProgram | null> {
  const [program = ''] = command.trim().split(/\s+/)
  if (process.platform === 'win32' || NO_PROGRAM.test(program)) return null
  const folders = (environment.PATH ?? '').split(delimiter).filter(Boolean)
  const found = await Promise.all(folders.map((folder) => isExecutable(join(folder, program))))
  if (found.includes(true)) return null
  const named = folders.slice(0, MOST_FOLDERS).map((folder) => folder.slice(0, MOST_CHARACTERS))
  return { program: program.slice(0, MOST_CHARACTERS), folders: named }
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
