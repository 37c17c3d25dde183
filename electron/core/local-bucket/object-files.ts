import { randomBytes } from 'node:crypto'
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmdirSync,
  rmSync,
} from 'node:fs'
import path from 'node:path'
import { errnoOf } from './errors.ts'
import { escapedPathOf, plainPathOf, WORK_FOLDER } from './key-path.ts'

const RENAME_TRIES = 20
const RENAME_PAUSE_MS = 10

/**
 * The folder that holds the objects as plain files, and Ferry's own folder inside it (on the same
 * disk, so that a finished file only has to be renamed). Its changes are synchronous on purpose:
 * together with the index they make one step that no other request can come between.
 */
export class ObjectFiles {
  readonly folder: string

  constructor(folder: string) {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    this.folder = realpathSync(folder)
    for (const name of ['incoming', 'parts', 'versions']) {
      mkdirSync(path.join(this.folder, WORK_FOLDER, name), { recursive: true, mode: 0o700 })
    }
  }

  absolute(file: string): string {
    return path.join(this.folder, ...file.split('/'))
  }

  /** A path for bytes on their way; nobody else gets the same. */
  newIncoming(): string {
    return path.join(this.folder, WORK_FOLDER, 'incoming', randomName())
  }

  partFile(name: string): string {
    return path.join(this.folder, WORK_FOLDER, 'parts', name)
  }

  takePart(finished: string, name: string): void {
    rename(finished, this.partFile(name))
  }

  /**
   * Moves a finished file to where the key's object lies and returns that relative path.
   * `isTaken` tells a path that another key's object stands in the way of; a file that is not
   * ours is never overwritten.
   */
  place(finished: string, key: string, isTaken: (file: string) => boolean): string {
    const plain = plainPathOf(key)
    if (plain !== null && !isTaken(plain) && this.#hasSafeFolder(plain)) {
      if (tryRename(finished, this.absolute(plain))) return plain
      this.#prune(plain)
    }
    const escaped = escapedPathOf(key)
    mkdirSync(path.dirname(this.absolute(escaped)), { recursive: true, mode: 0o700 })
    rename(finished, this.absolute(escaped))
    return escaped
  }

  /** Puts the file of a version that is no longer the newest out of sight; answers its new path. */
  setAside(file: string): string {
    const aside = `${WORK_FOLDER}/versions/${randomName()}`
    rename(this.absolute(file), this.absolute(aside))
    this.#prune(file)
    return aside
  }

  bringBack(aside: string, file: string): void {
    mkdirSync(path.dirname(this.absolute(file)), { recursive: true, mode: 0o700 })
    rename(this.absolute(aside), this.absolute(file))
  }

  isSetAside(file: string): boolean {
    return file.startsWith(`${WORK_FOLDER}/`)
  }

  remove(file: string): void {
    rmSync(this.absolute(file), { force: true, maxRetries: RENAME_TRIES })
    this.#prune(file)
  }

  exists(file: string): boolean {
    return existsSync(this.absolute(file))
  }

  /** When the file was last written, to the millisecond, and how long it is; null when it is gone. */
  look(file: string): { readonly fileTimeMs: number; readonly byteLength: number } | null {
    const stat = lstatSync(this.absolute(file), { throwIfNoEntry: false })
    if (stat?.isFile() !== true) return null
    return { fileTimeMs: Math.floor(stat.mtimeMs), byteLength: stat.size }
  }

  /** What a killed process left behind; `isKnown` names the parts that are still wanted. */
  clearLeftovers(isKnown: (partFile: string) => boolean): void {
    const incoming = path.join(this.folder, WORK_FOLDER, 'incoming')
    for (const name of readdirSync(incoming)) rmSync(path.join(incoming, name), { force: true })
    const parts = path.join(this.folder, WORK_FOLDER, 'parts')
    for (const name of readdirSync(parts)) {
      if (!isKnown(name)) rmSync(path.join(parts, name), { force: true })
    }
  }

  /** Makes the folder of a path, unless a link would lead it out of ours. */
  #hasSafeFolder(file: string): boolean {
    const folder = path.dirname(this.absolute(file))
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 })
      const real = realpathSync(folder)
      return real === this.folder || real.startsWith(this.folder + path.sep)
    } catch (error) {
      // A file of somebody else's stands where a folder is needed, or the name is too long here.
      if (['EEXIST', 'ENOTDIR', 'ENAMETOOLONG', 'EINVAL'].includes(errnoOf(error))) return false
      throw error
    }
  }

  /** Removes the folders above a file that have become empty. */
  #prune(file: string): void {
    let folder = path.dirname(this.absolute(file))
    while (folder.startsWith(this.folder + path.sep) && !isWorkFolder(this.folder, folder)) {
      try {
        rmdirSync(folder)
      } catch {
        // Not empty, or somebody looks into it just now: both mean that it stays.
        return
      }
      folder = path.dirname(folder)
    }
  }
}

function isWorkFolder(root: string, folder: string): boolean {
  return path.relative(root, folder).split(path.sep)[0] === WORK_FOLDER
}

export function randomName(): string {
  return randomBytes(16).toString('hex')
}

/** False when the target's name cannot exist here, or is a folder. */
function tryRename(from: string, to: string): boolean {
  try {
    rename(from, to)
    return true
  } catch (error) {
    if (['EISDIR', 'ENAMETOOLONG', 'EINVAL', 'ENOTDIR'].includes(errnoOf(error))) return false
    throw error
  }
}

/** On Windows a file that is being read (or scanned) refuses for a moment. */
function rename(from: string, to: string): void {
  for (let attempt = 1; ; attempt++) {
    try {
      renameSync(from, to)
      return
    } catch (error) {
      const isBusy = ['EPERM', 'EACCES', 'EBUSY'].includes(errnoOf(error))
      if (process.platform !== 'win32' || !isBusy || attempt === RENAME_TRIES) throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, RENAME_PAUSE_MS)
    }
  }
}
