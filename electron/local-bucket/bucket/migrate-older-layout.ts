import { readdirSync, rmdirSync, unlinkSync } from 'node:fs'
import { FORMER_FOLDERS, OBJECTS, plainPathOf, UNUSUAL, WORK } from '../index/key-path.ts'
import type { StoredObject } from '../index/stored-object.ts'
import type { UploadTable } from '../index/upload-table.ts'
import type { ObjectFiles } from '../objects/object-files.ts'
import type { ObjectStore } from '../objects/object-store.ts'

const FORMER_WORK = `${OBJECTS}/${FORMER_FOLDERS.work}`
const FORMER_UNUSUAL = `${OBJECTS}/${FORMER_FOLDERS.unusual}`

/**
 * Brings a bucket of an older Ferry, which kept its own folders among the objects, into today's
 * folders. Every file is moved and noted by itself, and the old folders go last: an end in the
 * middle, or a file that is held, leaves a bucket that has all objects, and the next call goes on.
 *
 * @throws what kept the first file that stays from being moved; the others are.
 */
export function migrateOlderLayout(
  files: ObjectFiles,
  objects: ObjectStore,
  uploads: UploadTable,
): void {
  if (!files.exists(FORMER_WORK) && !files.exists(FORMER_UNUSUAL)) return
  const all = [...objects.table.withFiles()]
  const steps = [
    // First those that a file system may have led into the old folders by another name.
    ...all.filter(isUnusualByNow).map((object) => () => moveAlias(files, objects, object)),
    ...all.map((object) => () => moveObject(objects, object)),
    ...uploads.allParts().map(({ uploadId, part }) => () => {
      const target = movedPath(part.file)
      if (target === null) return
      if (files.move(part.file, target) || files.exists(target)) {
        uploads.putPart(uploadId, { ...part, file: target })
      }
    }),
    // An index that was lost names none of them.
    ...namesIn(files, FORMER_UNUSUAL)
      .filter((name) => /^[kh]-/.test(name))
      // One that a row names moves with its row, also when it was held just now.
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
  // A folder with something else in it stays.
  for (const folder of [...workFolders, FORMER_WORK, FORMER_UNUSUAL]) {
    errorOf(() => rmdirSync(files.absolute(folder)))
  }
}

/** Files that a killed process left there, under names that Ferry gave; all else stays. */
function leftoversIn(files: ObjectFiles, folder: string): readonly string[] {
  return namesIn(files, folder)
    .filter((name) => /^[0-9a-f]{32}$/.test(name))
    .map((name) => `${folder}/${name}`)
}

/** All of them, also those after one that throws; then throws the first one's error. */
function doAll(steps: readonly (() => void)[]): void {
  const troubles = steps.map(errorOf).filter((error) => error !== null)
  if (troubles.length > 0) throw troubles[0]
}

/** An older Ferry gave its object a readable name that is none by today's rules. */
function isUnusualByNow({ key, file }: StoredObject): boolean {
  return movedPath(file) === null && file.startsWith(`${OBJECTS}/`) && plainPathOf(key) === null
}

/** Only the file that the index describes: by that name the file system may give another key's. */
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

/** Where a file of the old folders belongs now; null for every other file. */
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

/** Null: it was done. */
function errorOf(step: () => void): unknown {
  try {
    step()
    return null
  } catch (error) {
    return error
  }
}
