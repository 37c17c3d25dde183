import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import mime from 'mime'
import type { GivenBatch, GivenFile, LeftBySystem } from '../../contract/commands/sources.ts'
import type { Source } from '../../contract/commands/uploads.ts'
import type { Failure } from '../../contract/failure/kinds.ts'
import { MAX_BATCH } from '../../contract/limits.ts'
import type { SystemFilesRule } from '../../contract/rules/upload-rules.ts'
import { asPlainFile } from '../../files/plain-file.ts'
import { unreachable } from '../../lib/unreachable.ts'
import type { SourceFacts } from '../ports.ts'
import type { SourceLimits } from './off-limits.ts'
import { sourceFailure } from './source-failure.ts'
import type { SourceRegistry } from './source-registry.ts'
import { type Found, type SkippedEntry, walkFolder } from './walk-folder.ts'

/** Files that were given together and that the page has not asked for yet. */
type Giving = AsyncIterator<Found>
type FoundFile = Extract<Found, { kind: 'file' }>
type FoundSystemEntry = Extract<Found, { kind: 'left-by-system' }>

interface Batch {
  readonly files: FoundFile[]
  readonly refused: SkippedEntry[]
  readonly unreadable: SkippedEntry[]
  emptyFolderCount: number
  linkCount: number
  readonly leftBySystem: FoundSystemEntry[]
}

/**
 * Files and folders that the system gave to the app itself: by the command line, "Open with" or the
 * dock. They wait until the page asks for them, and the walk goes only as far as it asks, so that
 * the list of a whole disk is never in memory. The rules are those of a drop: folders keep their
 * structure; a link is followed, and a file that systems leave in folders is taken, only if it was
 * given by itself.
 */
export class GivenFiles {
  readonly #sources: SourceRegistry
  readonly #limits: SourceLimits
  readonly #changed: (waitingCount: number) => void
  readonly #givings: Giving[] = []
  #last: Promise<unknown> = Promise.resolve()
  #systemFiles: SystemFilesRule = 'leave-out'

  constructor(
    sources: SourceRegistry,
    limits: SourceLimits,
    changed: (waitingCount: number) => void,
  ) {
    this.#sources = sources
    this.#limits = limits
    this.#changed = changed
  }

  give(paths: readonly string[]): void {
    if (paths.length === 0) return
    for (const path of paths) this.#limits.trustServer(path)
    this.#givings.push(foundIn(paths, this.#limits, () => this.#systemFiles))
    this.#changed(this.waitingCount())
  }

  waitingCount(): number {
    return this.#givings.length
  }

  /** One call at a time: two would interleave in one walk. */
  next(systemFiles: SystemFilesRule): Promise<GivenBatch> {
    const batch = this.#last.then(() => this.#next(systemFiles))
    this.#last = batch.catch(() => undefined)
    return batch
  }

  async #next(systemFiles: SystemFilesRule): Promise<GivenBatch> {
    this.#systemFiles = systemFiles
    const batch: Batch = {
      files: [],
      refused: [],
      unreadable: [],
      emptyFolderCount: 0,
      linkCount: 0,
      leftBySystem: [],
    }
    const [giving] = this.#givings
    const isLast = giving === undefined || (await fill(batch, giving))
    if (isLast) this.#givings.shift()
    const files = await this.#register(batch)
    return { ...batch, files, leftBySystem: await this.#registerLeft(batch), isLast }
  }

  async #register({ files, refused }: Batch): Promise<GivenFile[]> {
    const outcomes = await this.#sources.register(files.map(factsOf))
    return files.flatMap((file, index) => {
      const outcome = outcomes[index]
      if (outcome?.ok) return [givenFile(file, outcome.value)]
      const { relativePath } = file
      if (outcome !== undefined) refused.push({ relativePath, failure: outcome.failure })
      return []
    })
  }

  /** The user may want these files after all. */
  async #registerLeft({ leftBySystem }: Batch): Promise<LeftBySystem[]> {
    const files = leftBySystem.filter(({ entry }) => entry === 'file')
    const outcomes = await this.#sources.register(files.map(factsOf))
    const byPlace = new Map(files.map(({ relativePath }, index) => [relativePath, outcomes[index]]))
    return leftBySystem.map((found) => {
      const { relativePath, entry: kind } = found
      const outcome = byPlace.get(relativePath)
      return { relativePath, kind, file: outcome?.ok ? givenFile(found, outcome.value) : null }
    })
  }
}

function factsOf({ path, folder }: Pick<FoundFile, 'path' | 'folder'>): SourceFacts {
  return {
    path,
    ...(folder === null ? {} : { folder }),
    name: basename(path),
    // Both are read from the disk there.
    byteLength: 0,
    modifiedAtMs: 0,
  }
}

function givenFile(
  { path, relativePath }: Pick<FoundFile, 'path' | 'relativePath'>,
  source: Source,
): GivenFile {
  return { source, relativePath, contentType: mime.getType(path) ?? '' }
}

/** Returns whether there is nothing more. */
async function fill(batch: Batch, giving: Giving): Promise<boolean> {
  for (let count = 0; count < MAX_BATCH; count += 1) {
    const next = await giving.next()
    if (next.done) return true
    note(batch, next.value)
  }
  return false
}

function note(batch: Batch, found: Found): void {
  switch (found.kind) {
    case 'file':
      batch.files.push(found)
      return
    case 'refused':
    case 'unreadable': {
      const { kind, relativePath, failure } = found
      batch[kind].push({ relativePath, failure })
      return
    }
    case 'left-by-system':
      batch.leftBySystem.push(found)
      return
    case 'empty-folder':
      batch.emptyFolderCount += 1
      return
    case 'link':
      batch.linkCount += 1
      return
    default:
      unreachable(found)
  }
}

async function* foundIn(
  paths: readonly string[],
  limits: SourceLimits,
  systemFiles: () => SystemFilesRule,
): AsyncGenerator<Found> {
  for (const path of paths) {
    const relativePath = basename(path) || path
    const looked = await lookAt(path, limits)
    if (looked === 'folder') yield* walkFolder(path, relativePath, systemFiles)
    else if (looked === 'file') yield { kind: 'file', path, relativePath, folder: null }
    else yield { kind: 'refused', relativePath, failure: looked }
  }
}

async function lookAt(path: string, limits: SourceLimits): Promise<'file' | 'folder' | Failure> {
  // A whole disk has no name that could precede its files' names in the bucket.
  if (basename(path) === '') return { kind: 'name-unusable', reason: 'empty' }
  const closed = limits.ofPath(path) ?? (await limits.ofPlace(path, null))
  if (closed !== null) return closed
  try {
    const found = await asPlainFile(() => stat(path))
    return found.isDirectory() ? 'folder' : 'file'
  } catch (error) {
    return sourceFailure(error)
  }
}
