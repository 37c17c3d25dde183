import type { SourceId } from '../../../electron/contract/ids.ts'
import type { FileSource, SourceLookup } from '../../engine/ports.ts'
import { fileSource } from './file-source.ts'
import { rangeSource } from './range-source.ts'

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
