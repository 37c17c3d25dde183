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

/** Enough for the disk, and few enough for a drop of ten thousand files to leave others a turn. */
const STATS_AT_ONCE = 32

const HOUR_MS = 3_600_000
const FAT_STEP_MS = 2_000

export interface RegisteredSource extends SourceFacts {
  /**
   * The file's change time (ctime), where every write since then moves it. Null: nobody can tell, and
   * the file is read once more.
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

  /** One outcome per file, in order. Files with a path are looked at, the others are believed. */
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

  /** The records hold it from now on. */
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
    // The folder, too: to follow its links is to look at it.
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
    // Never opened: whoever opens a pipe waits for its other end, and takes what comes out of it.
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
 * Answers the file's change time: where that was proven to tell every write, one that differs says
 * that its bytes may have changed at an unchanged size and time.
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
 * FAT keeps local time in steps of two seconds, and systems read it by the summer time of today: all
 * files move by an hour when that begins or ends (learn.microsoft.com, "File Times"). Such a file is
 * still taken for the one that was given: what the store has of it is read again and compared, and
 * a change time that moves with it is no proof any more.
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
 * Finds out why the page cannot read a file: Chromium says `NotReadableError` of all that is in the
 * way. Null: the host does not see the file, or can read it.
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
