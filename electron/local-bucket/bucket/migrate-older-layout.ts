import { readdirSync, rmdirSync, unlinkSync } from 'node:fs'
import { FORMER_FOLDERS, OBJECTS, plainPathOf, UNUSUAL, WORK } from '../index/key-path.ts'
import type { StoredObject } from '../index/stored-object.ts'
import type { UploadTable } from '../index/upload-table.ts'
import type { ObjectFiles } from '../objects/object-files.ts'
import type { ObjectStore } from '../objects/object-store.ts'

const FORMER_WORK = `${OBJECTS}/${FORMER_FOLDERS.work}`
const FORMER_UNUSUAL = `${OBJECTS}/${FORMER_FOLDERS.unusual}`

/**
 * Migrates a bucket of an older Ferry, which kept its own folders inside the objects folder. Every
 * file is moved and recorded by itself, and the old folders are removed last: after a crash, or
 * while another program has a file open, the bucket has all its objects, and the next call
 * continues.
 *
 * @throws the error of the first file that could not be moved, after moving the others.
 */
export function migrateOlderLayout(
  files: ObjectFiles,
  objects: ObjectStore,
  uploads: UploadTable,
): void {
  if (!files.exists(FORMER_WORK) && !files.exists(FORMER_UNUSUAL)) return
  const all = [...objects.table.withFiles()]
  const steps = [
    // First the files that the file system may have put into the old folders under another name.
    ...all.filter(isUnusualByNow).map((object) => () => moveAlias(files, objects, object)),
    ...all.map((object) => () => moveObject(objects, object)),
    ...uploads.allParts().map(({ uploadId, part }) => () => {
      const target = movedPath(part.file)
      if (target === null) return
      if (files.move(part.file, target) || files.exists(target)) {
        uploads.putPart(uploadId, { ...part, file: target })
      }
    }),
    // After the index was lost, no row names these files.
    ...namesIn(files, FORMER_UNUSUAL)
      .filter((name) => /^[kh]-/.test(name))
      // A file that a row names moves with its row, even if another program had it open just now.
      .filter((name) => !objects.table.ownsFile(`${FORMER_UNUSUAL}/${name}`))
      .map((name) => () => void files.move(`${FORMER_UNUSUAL}/${name}`, `${UNUSUAL}/${name}`)),
  ]
  doAll(steps)
  const workFolders = ['incoming', 'parts', 'versions'].map((name) => `${FORMER_WORK}/${name}`)
  const isKnown = (file: string) => uploads.isPartFile(file) || objects.table.ownsFile(file)
  const leftovers = workFolders
    .flatMap((folder) => leftoversIn(files, folder))
    .filter((file) => !isKnown(file))
  doAll(leftovers.map((file) => () => unlinkSync(files.absolute(file))))
  // A folder that contains anything else stays.
  for (const folder of [...workFolders, FORMER_WORK, FORMER_UNUSUAL]) {
    errorOf(() => rmdirSync(files.absolute(folder)))
  }
}

/** Files that a killed process left behind under names that Ferry generated. */
function leftoversIn(files: ObjectFiles, folder: string): readonly string[] {
  return namesIn(files, folder)
    .filter((name) => /^[0-9a-f]{32}$/.test(name))
    .map((name) => `${folder}/${name}`)
}

/** Runs all steps even when one throws, then throws the first error. */
function doAll(steps: readonly (() => void)[]): void {
  const troubles = steps.map(errorOf).filter((error) => error !== null)
  if (troubles.length > 0) throw troubles[0]
}

/** An older Ferry gave the object a readable name that today's rules do not allow. */
function isUnusualByNow({ key, file }: StoredObject): boolean {
  return movedPath(file) === null && file.startsWith(`${OBJECTS}/`) && plainPathOf(key) === null
}

/**
 * Moves the file only if it matches the index: the file system may return another key's file for
 * this name.
 */
function moveAlias(files: ObjectFiles, objects: ObjectStore, object: StoredObject): void {
  const seen = files.stampOf(object.file)
  if (seen?.byteLength !== object.byteLength || seen.fileTimeMs !== object.fileTimeMs) return
  objects.placement.move(object, files.newWorkFile())
}

function moveObject(objects: ObjectStore, known: StoredObject): void {
  const object = objects.placement.whereItIs(known)
  const target = movedPath(object.file)
  if (target !== null) objects.placement.move(object, target)
}

/** The new path of a file in the old folders; null for any other file. */
function movedPath(file: string): string | null {
  const name = file.slice(file.lastIndexOf('/') + 1)
  if (file.startsWith(`${FORMER_WORK}/`)) return `${WORK}/${name}`
  return file.startsWith(`${FORMER_UNUSUAL}/`) ? `${UNUSUAL}/${name}` : null
}

function namesIn(files: ObjectFiles, folder: string): readonly string[] {
  try {
    return readdirSync(files.absolute(folder))
  } catch {
    return []
  }
}

/** Null on success. */
function errorOf(step: () => void): unknown {
  try {
    step()
    return null
  } catch (error) {
    return error
  }
}
