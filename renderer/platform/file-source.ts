import type { Failure } from '../../electron/contract/failure/kinds.ts'
import type { SourceId } from '../../electron/contract/ids.ts'
import { failed, succeeded } from '../../electron/contract/outcome.ts'
import type { FileSource, SourceLookup } from '../engine/ports.ts'
import { probeBlob } from './blob-reader.ts'
import { rangeSource } from './range-source.ts'

/**
 * A file that the person gave to this page. Bodies are references into it: Chromium streams them
 * from the disk, whatever their length, and refuses to once the file has changed; so only the
 * first read looks at the disk, and `check` does.
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
      // Type '' keeps Chromium from sending a Content-Type that nobody signed.
      const slice = file.slice(start, end, '')
      if (slice.size !== end - start) return failed({ kind: 'source-changed' })
      return succeeded({ byteLength: slice.size, payload: slice })
    },
  }
}

/**
 * A `File` is a snapshot: Chromium says that it cannot be read any more, and not whether it changed
 * or may not be read; an empty one out of a dropped folder even reads as empty when it has grown or
 * is gone. The entry it was opened from can be opened again, which tells what the file is now.
 */
const entries = new WeakMap<File, FileSystemFileEntry>()

/**
 * Without an entry: what could be read once and cannot be read now has changed. So has an empty
 * file, of which Chromium looks at nothing but the time, which takes no permission.
 */
const onceReadable = new WeakSet<File>()

export function rememberEntry(file: File, entry: FileSystemFileEntry): void {
  entries.set(file, entry)
}

export function hasEntry(file: File): boolean {
  return entries.has(file)
}

/** Chromium looks at the disk; a `DOMException` says what is in the way. */
export function openEntry(entry: FileSystemFileEntry): Promise<File | DOMException> {
  return new Promise((resolve) => entry.file(resolve, resolve))
}

/** Null: it is the file that was given, and can be read. */
export async function checkGivenFile(file: File): Promise<Failure | null> {
  const entry = entries.get(file)
  const now = entry === undefined ? null : await openEntry(entry)
  if (now instanceof DOMException) return { kind: failureKindOf(now) }
  // Nothing is nothing, whatever its time; Chromium makes one up where the disk says 1970.
  if (now?.size === 0 && file.size === 0) return null
  if (now !== null && !isSameFile(now, file)) return { kind: 'source-changed' }
  const hasChanged = now === null && (onceReadable.has(file) || file.size === 0)
  const failure = await probeBlob(file, hasChanged ? 'source-changed' : 'source-unreadable')
  if (failure === null) onceReadable.add(file)
  if (failure?.kind !== 'source-unreadable' || now === null) return failure
  // Chromium compares times more finely than `lastModified` tells them. Where the file that is there
  // now can be read, the given one has changed; else a permission is in the way.
  return (await probeBlob(now, 'source-unreadable')) ?? { kind: 'source-changed' }
}

function isSameFile(now: File, given: File): boolean {
  return now.size === given.size && now.lastModified === given.lastModified
}

/** A folder that took the file's place is a mismatch of types. */
function failureKindOf({ name }: DOMException) {
  if (name === 'NotFoundError') return 'source-missing'
  return name === 'TypeMismatchError' ? 'source-changed' : 'source-unreadable'
}

/** The files that were given to this page, by their tickets. */
export type SourceFiles = Map<SourceId, File>

/** A file of this page, else the host's stream of it, else nothing. */
export function sourceLookup(files: ReadonlyMap<SourceId, File>): SourceLookup {
  // One source per file, since it remembers whether the file could ever be read.
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
