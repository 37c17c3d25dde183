import { randomUUID } from 'node:crypto'
import { rename, rm, writeFile } from 'node:fs/promises'

/**
 * Growing pauses, about a second in all. A virus scanner, an indexer or a backup opens a file as
 * soon as it is closed, usually for some milliseconds; Windows refuses to rename or delete it
 * meanwhile.
 */
const RETRY_PAUSES_MS: readonly number[] = [10, 20, 40, 80, 150, 300, 400]

/**
 * Node's names for Windows' "access denied" and "sharing violation" (libuv, src/win/error.c), and
 * the errors of network drives while another computer has the file open.
 */
const HELD = new Set(['EPERM', 'EACCES', 'EBUSY'])

export type Pause = (ms: number) => Promise<unknown>

export function pause(ms: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  setTimeout(resolve, ms)
  return promise
}

/** True for a refusal that may be temporary: another program holds the file. */
export function isHeld(error: unknown): boolean {
  return error instanceof Error && 'code' in error && HELD.has(String(error.code))
}

/**
 * Repeats `work` for about a second while another program holds the file. The host continues
 * meanwhile.
 *
 * @throws the error of the last attempt; every other error at once.
 */
export async function retryWhileHeld<T>(work: () => Promise<T>, wait: Pause = pause): Promise<T> {
  for (const pauseMs of RETRY_PAUSES_MS) {
    try {
      return await work()
    } catch (error) {
      if (!isHeld(error)) throw error
    }
    await wait(pauseMs)
  }
  return work()
}

const FILE_MODE = 0o600
const TEMPORARY = /\.[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.tmp$/

/**
 * In the file's own folder, so that it can be renamed; nobody can guess the name and put a link
 * there.
 */
export function temporaryName(file: string): string {
  return `${file}.${randomUUID()}.tmp`
}

/** True for names from `temporaryName`, which remain after an end in the middle of a write. */
export function isTemporaryName(name: string): boolean {
  return TEMPORARY.test(name)
}

/**
 * Replaces a file in one step: a reader sees either the old content or the new one, even after a
 * power cut. Only this user may read it.
 *
 * @throws the file system's error for a file that stays held for about a second, or for a full
 * disk.
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

/** Renames a file and replaces an existing one of that name. @throws as `replaceFile`. */
export async function renameFile(from: string, to: string, wait?: Pause): Promise<void> {
  await retryWhileHeld(() => rename(from, to), wait)
}

/** Deletes a file; a missing file is no error. @throws as `replaceFile`. */
export async function removeFile(file: string, wait?: Pause): Promise<void> {
  await retryWhileHeld(() => rm(file, { force: true }), wait)
}

async function discard(temporary: string, wait?: Pause): Promise<void> {
  try {
    await removeFile(temporary, wait)
  } catch {
    // The caller's error matters more. The next start removes it by its name: deletion-queue.ts.
  }
}
