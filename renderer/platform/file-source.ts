import type { Failure } from '../../electron/contract/failure/kinds.ts'
import type { SourceId } from '../../electron/contract/ids.ts'
import { failed, succeeded } from '../../electron/contract/outcome.ts'
import type { FileSource, SourceLookup } from '../engine/ports.ts'
import { probeBlob } from './blob-reader.ts'
import { rangeSource } from './range-source.ts'

/**
 * A file that the user gave to this page. Part bodies are references into it: Chromium streams them
 * from the disk, however long they are, and refuses to once the file has changed. So only the first
 * read and `check` look at the disk.
 */
export function fileSource(file: File): FileSource {
  let wasReadable = false
  const check = async (signal: AbortSignal) => {
    const failure = await checkGivenFile(file)
    signal.throwIfAborted()
    if (failure !== null) return failed(failure)
    wasReadable = true
    return succeeded(null)
  }
  return {
    check,
    read: async ({ start, end }, signal) => {
      if (!wasReadable) {
        const checked = await check(signal)
        if (!checked.ok) return checked
      }
      // The empty type keeps Chromium from sending an unsigned Content-Type.
      const slice = file.slice(start, end, '')
      if (slice.size !== end - start) return failed({ kind: 'source-changed' })
      return succeeded({ byteLength: slice.size, payload: slice })
    },
  }
}

/**
 * A `File` is a snapshot: Chromium says that it can no longer be read, but not whether the file
 * changed or access is denied. An empty file of a dropped folder even reads as empty after it has
 * grown or been deleted. Opening its entry again tells what the file is now.
 */
const entries = new WeakMap<File, FileSystemFileEntry>()

/**
 * For files without an entry: if a file could be read once and cannot be read now, it has changed.
 * The same holds for an empty file, of which Chromium only checks the time, which needs no
 * permission.
 */
const onceReadable = new WeakSet<File>()

export function rememberEntry(file: File, entry: FileSystemFileEntry): void {
  entries.set(file, entry)
}

export function hasEntry(file: File): boolean {
  return entries.has(file)
}

/** Makes Chromium look at the disk; a `DOMException` says what went wrong. */
export function openEntry(entry: FileSystemFileEntry): Promise<File | DOMException> {
  return new Promise((resolve) => entry.file(resolve, resolve))
}

/** Null: it is still the given file, and can be read. */
export async function checkGivenFile(file: File): Promise<Failure | null> {
  const entry = entries.get(file)
  const now = entry === undefined ? null : await openEntry(entry)
  if (now instanceof DOMException) return { kind: failureKindOf(now) }
  // An empty file stays the same whatever its time: Chromium invents one where the disk says 1970.
  if (now?.size === 0 && file.size === 0) return null
  if (now !== null && !isSameFile(now, file)) return { kind: 'source-changed' }
  const hasChanged = now === null && (onceReadable.has(file) || file.size === 0)
  const failure = await probeBlob(file, hasChanged ? 'source-changed' : 'source-unreadable')
  if (failure === null) onceReadable.add(file)
  if (failure?.kind !== 'source-unreadable' || now === null) return failure
  // Chromium compares times more precisely than `lastModified` reports them. If the file on disk
  // can be read now, the given one has changed; otherwise a permission is missing.
  return (await probeBlob(now, 'source-unreadable')) ?? { kind: 'source-changed' }
}

function isSameFile(now: File, given: File): boolean {
  return now.size === given.size && now.lastModified === given.lastModified
}

/** `TypeMismatchError`: a folder has taken the file's place. */
function failureKindOf({ name }: DOMException) {
  if (name === 'NotFoundError') return 'source-missing'
  return name === 'TypeMismatchError' ? 'source-changed' : 'source-unreadable'
}

/** The files that were given to this page, by their source ids. */
export type SourceFiles = Map<SourceId, File>

/** The page's own file if there is one, otherwise the host's stream of it, otherwise nothing. */
export function sourceLookup(files: ReadonlyMap<SourceId, File>): SourceLookup {
  // One source per file, because it remembers whether the file could ever be read.
  const sources = new WeakMap<File, FileSource>()
  return ({ sourceId, isSourceDurable, byteLength }) => {
    if (sourceId === null) return null
    const file = files.get(sourceId)
    if (file === undefined) return isSourceDurable ? rangeSource(sourceId, byteLength) : null
    const source = sources.get(file) ?? fileSource(file)
    sources.set(file, source)
    return source
  }
}
