import type { Failure } from '../contract/failure.ts'
import { entriesOf, kindOf, SEPARATOR, textOf } from './inspect-folder.ts'

/** A file or a folder that cannot be taken, and why. */
export interface LeftOut {
  readonly relativePath: string
  readonly failure: Failure
}

/** One thing that was found, in the order of the disk. */
export type Found =
  | {
      readonly kind: 'file'
      readonly path: string
      readonly relativePath: string
      /** The given folder that it is in; null: it was given by itself. */
      readonly folder: string | null
    }
  | ({ readonly kind: 'refused' | 'unreadable' } & LeftOut)
  | { readonly kind: 'empty-folder' }
  | { readonly kind: 'link' }

interface Folder {
  readonly path: Buffer
  readonly relativePath: string
}

/** S3 names objects in UTF-8. */
const NAME_NOT_UNICODE: Failure = { kind: 'name-unusable', reason: 'not-unicode' }

/**
 * Walks a folder bit by bit, as the page walks one that is dropped. No link is followed, and no file
 * is opened: whoever reads it later sees whether it is one.
 * @param name what the folder is called in the bucket.
 */
export async function* walkFolder(root: string, name: string): AsyncGenerator<Found> {
  const toVisit: Folder[] = [{ path: Buffer.from(root), relativePath: name }]
  for (let folder = toVisit.pop(); folder !== undefined; folder = toVisit.pop()) {
    const { relativePath } = folder
    const entries = await entriesOf(folder.path)
    if (typeof entries === 'string') {
      const kind = entries === 'gone' ? 'source-missing' : 'source-unreadable'
      yield { kind: 'unreadable', relativePath, failure: { kind } }
    } else if (entries.length === 0) yield { kind: 'empty-folder' }
    else {
      for (const entry of entries) {
        const path = Buffer.concat([folder.path, SEPARATOR, entry.name])
        const place = `${relativePath}/${entry.name.toString()}`
        const kind = await kindOf(entry, path)
        const isNamed = textOf(entry.name) !== null
        if (kind === 'link') yield { kind: 'link' }
        else if (kind === 'folder' && isNamed) toVisit.push({ path, relativePath: place })
        else if (!isNamed) {
          const leftOut = { relativePath: place, failure: NAME_NOT_UNICODE }
          yield { kind: kind === 'folder' ? 'unreadable' : 'refused', ...leftOut }
        } else yield { kind: 'file', path: path.toString(), relativePath: place, folder: root }
      }
    }
  }
}
