import type { Failure } from '../../../electron/contract/failure/kinds.ts'
import { probeBlob } from './blob-probe.ts'

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
