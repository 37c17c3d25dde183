import { constants, type Dirent } from 'node:fs'
import { access, lstat, readdir } from 'node:fs/promises'
import { sep } from 'node:path'
import type { FolderFindings, HiddenEntry } from '../../contract/commands/sources.ts'
import { asPlainFile } from '../../files/plain-file.ts'
import { sourceFailure } from './source-failure.ts'

/** The limits for inspecting one drop: the page waits for the answer. */
export interface InspectionLimits {
  readonly entries: number
  readonly ms: number
  /** The number of findings that are named; more would not help the user. */
  readonly named: number
}

const LIMITS: InspectionLimits = { entries: 500_000, ms: 5_000, named: 1_000 }

/**
 * Finds entries that Chromium does not show to a page: it skips symbolic links
 * (storage/browser/file_system/local_file_util.cc), gives entries whose names are not valid text
 * the name "", and does not report a folder that can be listed but not entered. Reads names only,
 * opens no file and follows no link. Null: there is no path, or no folder.
 */
export async function inspectFolders(
  paths: readonly (string | null)[],
  limits: InspectionLimits = LIMITS,
  now: () => number = Date.now,
): Promise<readonly (FolderFindings | null)[]> {
  const endsAtMs = now() + limits.ms
  const found: (FolderFindings | null)[] = []
  for (const path of paths) {
    const inspection = new Inspection(limits, () => now() > endsAtMs)
    const isFolder = path !== null && (await inspection.walk(Buffer.from(path)))
    found.push(isFolder ? inspection.findings() : null)
  }
  return found
}

interface Folder {
  readonly path: Buffer
  /** The path below the root, with a slash at its end; empty for the root itself. */
  readonly relativePath: string
}

class Inspection {
  readonly #limits: InspectionLimits
  readonly #isTimeOver: () => boolean
  readonly #hidden: HiddenEntry[] = []
  #linkCount = 0
  #entryCount = 0
  #isComplete = true

  constructor(limits: InspectionLimits, isTimeOver: () => boolean) {
    this.#limits = limits
    this.#isTimeOver = isTimeOver
  }

  findings(): FolderFindings {
    return { linkCount: this.#linkCount, hidden: this.#hidden, isComplete: this.#isComplete }
  }

  /** Returns false if there is no folder. */
  async walk(root: Buffer): Promise<boolean> {
    const toVisit: Folder[] = [{ path: root, relativePath: '' }]
    for (let folder = toVisit.pop(); folder !== undefined; folder = toVisit.pop()) {
      const entries = await entriesOf(folder.path)
      if (entries === 'gone' && folder.path === root) return false
      if (entries === 'gone') continue
      if (typeof entries === 'string') this.#note(entries, folder.relativePath.slice(0, -1))
      else
        for (const entry of entries) {
          if (this.#isOver()) return true
          await this.#meet(folder, entry, toVisit)
        }
    }
    return true
  }

  #isOver(): boolean {
    this.#entryCount += 1
    const isOver = this.#entryCount > this.#limits.entries || this.#isTimeOver()
    if (isOver) this.#isComplete = false
    return isOver
  }

  async #meet(folder: Folder, entry: Dirent<Buffer>, toVisit: Folder[]): Promise<void> {
    const path = Buffer.concat([folder.path, SEPARATOR, entry.name])
    const kind = await kindOf(entry, path)
    const name = textOf(entry.name)
    const relativePath = `${folder.relativePath}${name ?? entry.name.toString()}`
    if (kind === 'link') {
      this.#linkCount += 1
      this.#note('link', relativePath)
    } else if (name === null) {
      this.#note(kind === 'folder' ? 'odd-folder' : 'odd-file', relativePath)
    } else if (kind === 'folder') {
      toVisit.push({ path, relativePath: `${relativePath}/` })
    }
  }

  #note(kind: HiddenEntry['kind'], relativePath: string): void {
    if (this.#hidden.length < this.#limits.named) this.#hidden.push({ kind, relativePath })
    else this.#isComplete = false
  }
}

export const SEPARATOR = Buffer.from(sep)

/**
 * Lists a folder. `closed`: it can be listed but not entered, and Chromium shows it as empty.
 * `private`: Privacy & Security of macOS keeps Ferry out.
 */
export async function entriesOf(
  folder: Buffer,
  platform: NodeJS.Platform = process.platform,
): Promise<readonly Dirent<Buffer>[] | 'closed' | 'gone' | 'private'> {
  try {
    const entries = await asPlainFile(() =>
      readdir(folder, { withFileTypes: true, encoding: 'buffer' }),
    )
    if (entries.length > 0) await asPlainFile(() => access(folder, constants.X_OK))
    return entries
  } catch (error) {
    const failure = sourceFailure(error, platform)
    if (failure.kind === 'source-missing') return 'gone'
    const why = failure.kind === 'source-unreadable' ? failure.why : undefined
    return why === 'macos-privacy' ? 'private' : 'closed'
  }
}

/**
 * A link is looked at once more: Windows lists everything with a reparse point as a link, even a
 * file that OneDrive keeps in the cloud, and some file systems do not say in the list what an entry
 * is.
 */
export async function kindOf(
  entry: Dirent<Buffer>,
  path: Buffer,
): Promise<'folder' | 'link' | 'other'> {
  if (entry.isDirectory()) return 'folder'
  if (isPlainlyOther(entry)) return 'other'
  try {
    const found = await asPlainFile(() => lstat(path))
    if (found.isSymbolicLink()) return 'link'
    return found.isDirectory() ? 'folder' : 'other'
  } catch {
    // It vanished meanwhile, so nothing is lost.
    return 'other'
  }
}

function isPlainlyOther(entry: Dirent<Buffer>): boolean {
  return (
    entry.isFile() ||
    entry.isFIFO() ||
    entry.isSocket() ||
    entry.isBlockDevice() ||
    entry.isCharacterDevice()
  )
}

/** Null: not valid text. On Windows, lone surrogates are also returned as invalid bytes. */
export function textOf(name: Buffer): string | null {
  try {
    return STRICT.decode(name)
  } catch {
    return null
  }
}

const STRICT = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
