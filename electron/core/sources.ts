import { randomUUID } from 'node:crypto'
import { constants, type Stats } from 'node:fs'
import { access, stat } from 'node:fs/promises'
import type { SourceId } from '../contract/ids.ts'
import { failed, type Outcome, succeeded } from '../contract/outcome.ts'
import type { Source } from '../contract/upload.ts'
import { NO_LIMITS, type SourceLimits } from './off-limits.ts'
import { asPlainFile } from './plain-file.ts'
import type { SourceFacts } from './ports.ts'

/** Enough for the disk, and few enough for a drop of ten thousand files to leave others a turn. */
const STATS_AT_ONCE = 32

/** A file system counts its times in steps; what is written within one of them leaves no trace. */
const STEP_MS = 2000

export interface RegisteredSource extends SourceFacts {
  /**
   * The file system's own time of the last change (ctime), which nobody can set back. Null where
   * the host does not see the file, and for one that was changed just before it was given.
   */
  readonly changedAtMs: number | null
}

/** Tickets for files that were given to the window and are not yet in the records. */
export class Sources {
  readonly #facts = new Map<string, RegisteredSource>()
  readonly #now: () => number
  readonly #limits: SourceLimits

  /** @param now the clock that the file system's times come from. */
  constructor(now: () => number = Date.now, limits: SourceLimits = NO_LIMITS) {
    this.#now = now
    this.#limits = limits
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
    const closed = this.#limits.ofPath(path)
    if (closed !== null) return failed(closed)
    const seen = await look(file, path, this.#now)
    if (!seen.ok) return seen
    const place = await this.#limits.ofPlace(path, file.folder ?? null)
    return place === null ? seen : failed(place)
  }
}

async function look(
  file: SourceFacts,
  path: string,
  now: () => number,
): Promise<Outcome<RegisteredSource>> {
  try {
    const lookedAtMs = now()
    const { size, mtimeMs, ctimeMs, kind } = await statOf(path)
    // Never opened: whoever opens a pipe waits for its other end, and takes what comes out of it.
    if (kind === 'other') return failed({ kind: 'source-not-a-file' })
    if (kind === 'folder') return failed({ kind: 'source-unreadable' })
    await asPlainFile(() => access(path, constants.R_OK))
    const changedAtMs = lookedAtMs - ctimeMs < STEP_MS ? null : ctimeMs
    return succeeded({ ...file, byteLength: size, modifiedAtMs: mtimeMs, changedAtMs })
  } catch (error) {
    return failed(sourceFailure(error))
  }
}

/**
 * Answers the time of the file's last change, whatever it was: with a known one that differs its
 * bytes may have changed at an unchanged size and time.
 * Fails with `source-changed`, `source-missing` or `source-unreadable`.
 */
export async function checkSource(
  path: string,
  known: { readonly byteLength: number; readonly modifiedAtMs: number },
): Promise<Outcome<{ readonly changedAtMs: number }>> {
  try {
    const { size, mtimeMs, ctimeMs, kind } = await statOf(path)
    const isSame = kind === 'file' && size === known.byteLength && mtimeMs === known.modifiedAtMs
    return isSame ? succeeded({ changedAtMs: ctimeMs }) : failed({ kind: 'source-changed' })
  } catch (error) {
    return failed(sourceFailure(error))
  }
}

async function statOf(path: string) {
  const found = await asPlainFile(() => stat(path))
  const { size, mtimeMs, ctimeMs } = found
  return { size, mtimeMs, ctimeMs, kind: kindOf(found) }
}

/** `other`: a pipe, a socket or a device. */
function kindOf(found: Stats): 'file' | 'folder' | 'other' {
  if (found.isFile()) return 'file'
  return found.isDirectory() ? 'folder' : 'other'
}

/** What keeps a file from being read. Everything that is not the file system's is a bug and thrown. */
export function sourceFailure(error: unknown) {
  const code = error instanceof Error && 'code' in error ? error.code : null
  if (code === 'ENOENT' || code === 'ENOTDIR') return { kind: 'source-missing' } as const
  if (typeof code === 'string') return { kind: 'source-unreadable' } as const
  throw error
}
