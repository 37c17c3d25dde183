import { createHash } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { keyOfEscapedName, plainPathOf, UNUSUAL_FOLDER, WORK_FOLDER } from './key-path.ts'
import type { ObjectFiles } from './object-files.ts'
import type { ObjectStore } from './object-store.ts'
import { NULL_VERSION } from './stored-object.ts'

/**
 * Makes an index from the files alone after the old one was lost. Keys and bytes come back; types,
 * metadata, older versions and unfinished uploads do not. A file is hashed when it is first asked
 * for, so that a large folder does not keep the bucket from opening.
 */
export async function indexFolder(files: ObjectFiles, objects: ObjectStore): Promise<void> {
  for await (const file of filesBelow(files.folder, '')) {
    const key = keyOfFile(file)
    const seen = key === null ? null : files.look(file)
    if (key === null || seen === null) continue
    const { byteLength, fileTimeMs } = seen
    const mark = createHash('md5').update(`${file}\0${byteLength}\0${fileTimeMs}`)
    objects.adopt({
      key,
      versionId: NULL_VERSION,
      isLatest: true,
      isMarker: false,
      file,
      byteLength,
      // The form of an ETag that promises no MD5, until the first request has the file hashed.
      etag: `${mark.digest('hex')}-1`,
      modifiedMs: fileTimeMs,
      fileTimeMs: -1,
      headers: {},
      checksum: null,
      partBytes: [],
    })
  }
}

/** Null: no object of ours could have this name. */
function keyOfFile(file: string): string | null {
  if (!file.startsWith(`${UNUSUAL_FOLDER}/`)) return plainPathOf(file)
  const name = file.slice(UNUSUAL_FOLDER.length + 1)
  if (/^h-[0-9a-f]{64}$/.test(name)) return `recovered/${name}`
  return keyOfEscapedName(name)
}

async function* filesBelow(root: string, folder: string): AsyncGenerator<string, void, undefined> {
  const entries = await readdir(path.join(root, folder), { withFileTypes: true })
  for (const entry of entries) {
    const file = folder === '' ? entry.name : `${folder}/${entry.name}`
    if (entry.isFile()) yield file
    else if (entry.isDirectory() && file !== WORK_FOLDER) yield* filesBelow(root, file)
  }
}
