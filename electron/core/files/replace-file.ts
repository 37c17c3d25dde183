import { randomUUID } from 'node:crypto'
import { rename, rm, writeFile } from 'node:fs/promises'
import { type Pause, withPatience } from './patience.ts'

const FILE_MODE = 0o600
const TEMPORARY = /\.[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.tmp$/

/** In the file's own folder, so that it can be renamed; nobody guesses it and puts a link there. */
export function temporaryName(file: string): string {
  return `${file}.${randomUUID()}.tmp`
}

/** True for names that `temporaryName` gives: what an end in the middle of a write leaves. */
export function isTemporaryName(name: string): boolean {
  return TEMPORARY.test(name)
}

/**
 * Replaces a file in one step: whoever reads it sees the old content or the new one, also after a
 * power cut. Only this user may read it.
 *
 * @throws what the file system says of a file that stays held for about a second, or of a full disk.
 */
export async function replaceFile(
  file: string,
  content: string | Uint8Array,
  wait?: Pause,
): Promise<void> {
  const next = temporaryName(file)
  try {
    await writeFile(next, content, { flag: 'wx', mode: FILE_MODE, flush: true })
    await renameFile(next, file, wait)
  } catch (error) {
    await discard(next, wait)
    throw error
  }
}

/** Gives a file another name, in place of a file that has it. @throws as `replaceFile`. */
export async function renameFile(from: string, to: string, wait?: Pause): Promise<void> {
  await withPatience(() => rename(from, to), wait)
}

/** Deletes a file; one that is not there is no error. @throws as `replaceFile`. */
export async function removeFile(file: string, wait?: Pause): Promise<void> {
  await withPatience(() => rm(file, { force: true }), wait)
}

async function discard(temporary: string, wait?: Pause): Promise<void> {
  try {
    await removeFile(temporary, wait)
  } catch {
    // The caller's error matters more. The next start removes it by its name: to-delete-list.ts.
  }
}
