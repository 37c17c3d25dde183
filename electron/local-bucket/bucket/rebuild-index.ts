import { createHash } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { keyOfEscapedName, OBJECTS, plainPathOf, UNUSUAL } from '../index/key-path.ts'
import { NULL_VERSION } from '../index/stored-object.ts'
import type { ObjectFiles } from '../objects/object-files.ts'
import type { ObjectStore } from '../objects/object-store.ts'

/**
 * Rebuilds a lost index from the files alone. Keys and bytes come back; content types, metadata,
 * older versions and unfinished uploads do not. A file is hashed when it is first requested, so
 * that a large folder does not delay the start.
 */
export async function rebuildIndex(files: ObjectFiles, objects: ObjectStore): Promise<void> {
  for await (const file of filesBelow(files, OBJECTS)) {
    const path = file.slice(OBJECTS.length + 1)
    const key = plainPathOf(path.normalize('NFC'))
    // HFS+ returns every name decomposed. If both forms exist, the one that equals the key counts.
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
    // An ETag that does not claim to be an MD5, until the first request hashes the file.
    etag: `${mark.digest('hex')}-1`,
    modifiedMs: fileTimeMs,
    fileTimeMs: -1,
    headers: {},
    checksum: null,
    partBytes: [],
  })
}

/** Null when Ferry never gives a file this name. */
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
