import { createHash } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { keyOfEscapedName, OBJECTS, plainPathOf, UNUSUAL } from '../index/key-path.ts'
import { NULL_VERSION } from '../index/stored-object.ts'
import type { ObjectFiles } from '../objects/object-files.ts'
import type { ObjectStore } from '../objects/object-store.ts'

/**
 * Makes an index from the files alone after the old one was lost. Keys and bytes come back; types,
 * metadata, older versions and unfinished uploads do not. A file is hashed when it is first asked
 * for, so that a large folder does not keep the bucket from opening.
 */
export async function rebuildIndex(files: ObjectFiles, objects: ObjectStore): Promise<void> {
  for await (const file of filesBelow(files, OBJECTS)) {
    const path = file.slice(OBJECTS.length + 1)
    const key = plainPathOf(path.normalize('NFC'))
    // HFS+ gives every name decomposed. Where both forms exist, the one that is the key counts.
    if (key !== null && (key === path || objects.table.latest(key) === null)) {
      adopt(files, objects, key, file)
    }
  }
  for await (const file of filesBelow(files, UNUSUAL)) {
    const key = keyOfFileName(file.slice(UNUSUAL.length + 1))
    if (key !== null) adopt(files, objects, key, file)
  }
}

function adopt(files: ObjectFiles, objects: ObjectStore, key: string, file: string): void {
  const seen = files.stampOf(file)
  if (seen === null) return
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

/** Null: no object of ours could have this name. */
function keyOfFileName(name: string): string | null {
  return /^h-[0-9a-f]{64}$/.test(name) ? `recovered/${name}` : keyOfEscapedName(name)
}

async function* filesBelow(
  files: ObjectFiles,
  folder: string,
): AsyncGenerator<string, void, undefined> {
  const entries = await readdir(files.absolute(folder), { withFileTypes: true })
  for (const entry of entries) {
    const file = `${folder}/${entry.name}`
    if (entry.isFile()) yield file
    else if (entry.isDirectory()) yield* filesBelow(files, file)
  }
}
