import path from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { setAside } from '../../local-bucket/bucket/state-file.ts'
import { errnoOf } from '../../local-bucket/http/errors.ts'
import { IndexUnreadable, openIndex } from './index-db.ts'

const INDEX_FILE = 'index.sqlite'

export interface OpenedIndex {
  readonly db: DatabaseSync
  /** The new name of a damaged index; this one is empty then. */
  readonly setAside: string | null
}

/** Opens the folder's index, or a new one after moving a damaged one aside. */
export async function openIndexIn(folder: string, now: () => number): Promise<OpenedIndex> {
  const file = path.join(folder, INDEX_FILE)
  try {
    return { db: openIndex(file), setAside: null }
  } catch (error) {
    if (!(error instanceof IndexUnreadable)) throw error
    const aside = await setAside(folder, INDEX_FILE, now())
    // Its journal belongs to the damaged file and would be replayed into the new one.
    for (const end of ['-wal', '-shm']) await setAsideIfThere(folder, INDEX_FILE + end, now())
    return { db: openIndex(file), setAside: aside }
  }
}

async function setAsideIfThere(folder: string, name: string, nowMs: number): Promise<void> {
  try {
    await setAside(folder, name, nowMs)
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error
  }
}
