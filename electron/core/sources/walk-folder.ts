import type { Failure } from '../../contract/failure/kinds.ts'
import { isSystemEntry } from '../../contract/rules/system-files.ts'
import type { SystemFilesRule } from '../../contract/rules/upload-rules.ts'
import { entriesOf, kindOf, SEPARATOR, textOf } from './inspect-folder.ts'

/** A file or a folder that cannot be taken, and why. */
export interface SkippedEntry {
  readonly relativePath: string
  readonly failure: Failure
}

/** One thing that was found, in the order of the disk. */
export type Found =
  | {
      readonly kind: 'file'
      readonly path: string
      readonly relativePath: string
      /** The given folder that contains the file; null: the file was given by itself. */
      readonly folder: string | null
    }
  | ({ readonly kind: 'refused' | 'unreadable' } & SkippedEntry)
  | {
      /** A file or a folder that the rules leave out. */
      readonly kind: 'left-by-system'
      readonly entry: 'file' | 'folder'
      readonly path: string
      readonly relativePath: string
      readonly folder: string
    }
  | { readonly kind: 'empty-folder' }
  | { readonly kind: 'link' }

interface Folder {
  readonly path: Buffer
  readonly relativePath: string
}

/** S3 names objects in UTF-8. */
const NAME_NOT_UNICODE: Failure = { kind: 'name-unusable', reason: 'not-unicode' }

/** The result that replaces the entries of a folder that cannot be listed. */
const UNLISTED = {
  gone: { kind: 'source-missing' },
  closed: { kind: 'source-unreadable' },
  private: { kind: 'source-unreadable', why: 'macos-privacy' },
} as const

/**
 * Walks a folder bit by bit, as the page walks one that is dropped. No link is followed, and no
 * file is opened: the later reader finds out whether it is one. A folder that contains only files
 * left by the system counts as empty.
 * @param name the folder's name in the bucket.
 * @param systemFiles is called for each entry: the page passes the rule with every batch.
 */
export async function* walkFolder(
  root: string,
  name: string,
  systemFiles: () => SystemFilesRule,
): AsyncGenerator<Found> {
  const toVisit: Folder[] = [{ path: Buffer.from(root), relativePath: name }]
  for (let folder = toVisit.pop(); folder !== undefined; folder = toVisit.pop()) {
    const { relativePath } = folder
    const entries = await entriesOf(folder.path)
    if (typeof entries === 'string') {
      yield { kind: 'unreadable', relativePath, failure: UNLISTED[entries] }
      continue
    }
    let isEmpty = true
    for (const entry of entries) {
      const path = Buffer.concat([folder.path, SEPARATOR, entry.name])
      const place = `${relativePath}/${entry.name.toString()}`
      const kind = await kindOf(entry, path)
      const named = textOf(entry.name)
      const isLeft =
        named !== null &&
        kind !== 'link' &&
        systemFiles() === 'leave-out' &&
        isSystemEntry(named, kind === 'folder' ? 'folder' : 'file')
      if (!isLeft) isEmpty = false
      if (isLeft) {
        const left = { path: path.toString(), relativePath: place, folder: root }
        yield { kind: 'left-by-system', entry: kind === 'folder' ? 'folder' : 'file', ...left }
      } else if (kind === 'link') yield { kind: 'link' }
      else if (kind === 'folder' && named !== null) toVisit.push({ path, relativePath: place })
      else if (named === null) {
        const leftOut = { relativePath: place, failure: NAME_NOT_UNICODE }
        yield { kind: kind === 'folder' ? 'unreadable' : 'refused', ...leftOut }
      } else yield { kind: 'file', path: path.toString(), relativePath: place, folder: root }
    }
    if (isEmpty) yield { kind: 'empty-folder' }
  }
}
