import { randomUUID } from 'node:crypto'
import { constants, type Stats } from 'node:fs'
import { access, open, stat } from 'node:fs/promises'
import type { Source } from '../../contract/commands/uploads.ts'
import type { Failure } from '../../contract/failure/kinds.ts'
import type { SourceId } from '../../contract/ids.ts'
import { failed, type Outcome, succeeded } from '../../contract/outcome.ts'
import { asPlainFile, READ_NON_BLOCKING } from '../../files/plain-file.ts'
import type { SourceFacts } from '../ports.ts'
import { type ChangeTimes, NO_CHANGE_TIMES } from './change-times.ts'
import { NO_LIMITS, type SourceLimits } from './off-limits.ts'
import { readFailure, sourceFailure } from './source-failure.ts'

/** Enough for the disk, and few enough that a drop of ten thousand files does not block others. */
const STATS_AT_ONCE = 32

const HOUR_MS = 3_600_000
const FAT_STEP_MS = 2_000

export interface RegisteredSource extends SourceFacts {
  /**
   * The file's change time (ctime), if every write since then changes it. Null: nobody can tell,
   * and the file is read once more.
   */
  readonly changedAtMs: number | null
}

/** Tickets for files that were given to the window and are not yet in the records. */
export class SourceRegistry {
  readonly #facts = new Map<string, RegisteredSource>()
  readonly #limits: SourceLimits
  readonly #changeTimes: ChangeTimes

  constructor(limits: SourceLimits = NO_LIMITS, changeTimes: ChangeTimes = NO_CHANGE_TIMES) {
    this.#limits = limits
    this.#changeTimes = changeTimes
  }

  /**
   * Returns one outcome per file, in order. Files with a path are looked at; the facts of the
   * others are trusted.
   */
  async register(files: readonly SourceFacts[]): Promise<Outcome<Source>[]> {
    const outcomes: Outcome<Source>[] = []
    for (let start = 0; start < files.length; start += STATS_AT_ONCE) {
      const some = files.slice(start, start + STATS_AT_ONCE)
      outcomes.push(...(await Promise.all(some.map((file) => this.#registerOne(file)))))
    }
    return outcomes
  }

  facts(sourceId: string): RegisteredSource | null {
    return this.#facts.get(sourceId) ?? null
  }

  /** The records keep the file from now on. */
  release(sourceId: SourceId): void {
    this.#facts.delete(sourceId)
  }

  async #registerOne(file: SourceFacts): Promise<Outcome<Source>> {
    const seen =
      file.path === null
        ? succeeded({ ...file, changedAtMs: null })
        : await this.#look(file, file.path)
    if (!seen.ok) return seen
    const sourceId = randomUUID() as SourceId
    const { path, name, byteLength, modifiedAtMs } = seen.value
    this.#facts.set(sourceId, seen.value)
    return succeeded({ sourceId, name, byteLength, modifiedAtMs, isDurable: path !== null })
  }

  async #look(file: SourceFacts, path: string): Promise<Outcome<RegisteredSource>> {
    // The folder, too: following its links means looking at it.
    for (const each of file.folder == null ? [path] : [path, file.folder]) {
      const closed = this.#limits.ofPath(each) ?? (await this.#limits.ofServer(each))
      if (closed !== null) return failed(closed)
    }
    const seen = await look(file, path, this.#changeTimes)
    if (!seen.ok) return seen
    const place = await this.#limits.ofPlace(path, file.folder ?? null)
    return place === null ? seen : failed(place)
  }
}

async function look(
  file: SourceFacts,
  path: string,
  changeTimes: ChangeTimes,
): Promise<Outcome<RegisteredSource>> {
  try {
    const found = await asPlainFile(() => stat(path))
    const kind = kindOf(found)
    // Never opened: opening a pipe waits for its other end, and reading it takes its data.
    if (kind === 'other') return failed({ kind: 'source-not-a-file' })
    if (kind === 'folder') return failed({ kind: 'source-unreadable' })
    await asPlainFile(() => access(path, constants.R_OK))
    const { size: byteLength, mtimeMs: modifiedAtMs } = found
    const changedAtMs = await changeTimes.provenOf(path, found)
    return succeeded({ ...file, byteLength, modifiedAtMs, changedAtMs })
  } catch (error) {
    return failed(sourceFailure(error))
  }
}

/**
 * Returns the file's change time: if that was proven to show every write, a different one means
 * that the file's bytes may have changed at an unchanged size and time.
 * Fails with `source-changed`, `source-missing` or `source-unreadable`.
 */
export async function checkSource(
  path: string,
  known: { readonly byteLength: number; readonly modifiedAtMs: number },
): Promise<Outcome<{ readonly changedAtMs: number }>> {
  try {
    const found = await asPlainFile(() => stat(path))
    const { size, mtimeMs, ctimeMs } = found
    const isSame = found.isFile() && size === known.byteLength
    return isSame && isSameTime(mtimeMs, known.modifiedAtMs)
      ? succeeded({ changedAtMs: ctimeMs })
      : failed({ kind: 'source-changed' })
  } catch (error) {
    return failed(sourceFailure(error))
  }
}

/**
 * FAT stores local time in steps of two seconds, and systems convert it with today's summer time:
 * all files shift by an hour when summer time begins or ends (learn.microsoft.com, "File Times").
 * Such a file still counts as the one that was given: the parts that the store has are read again
 * and compared, and a change time that shifts with it proves nothing any more.
 */
export function isSameTime(nowMs: number, knownMs: number): boolean {
  if (nowMs === knownMs) return true
  return Math.abs(nowMs - knownMs) === HOUR_MS && nowMs % FAT_STEP_MS === 0
}

/** `other`: a pipe, a socket or a device. */
function kindOf(found: Stats): 'file' | 'folder' | 'other' {
  if (found.isFile()) return 'file'
  return found.isDirectory() ? 'folder' : 'other'
}

/**
 * Finds out why the page cannot read a file: Chromium says `NotReadableError` for every cause.
 * Null: the host does not see the file, or can read it.
 */
export async function diagnoseSource(
  source: Pick<SourceFacts, 'path' | 'byteLength' | 'modifiedAtMs'> | null,
  platform: NodeJS.Platform = process.platform,
): Promise<Failure | null> {
  const path = source?.path ?? null
  if (source === null || path === null) return null
  const checked = await checkSource(path, source)
  if (!checked.ok) return checked.failure
  try {
    await using file = await asPlainFile(() => open(path, READ_NON_BLOCKING))
    // A file that comes from the cloud comes piece by piece.
    for (const at of [0, Math.floor(source.byteLength / 2), source.byteLength - 1]) {
      if (at >= 0) await file.read(Buffer.alloc(1), 0, 1, at)
    }
    return null
  } catch (error) {
    return readFailure(error, path, platform)
  }
}
