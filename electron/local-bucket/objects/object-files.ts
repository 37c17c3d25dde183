import { randomBytes } from 'node:crypto'
import {
  lstatSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmdirSync,
  unlinkSync,
} from 'node:fs'
import { unlink } from 'node:fs/promises'
import path from 'node:path'
import { isHeld, type Pause, retryWhileHeld } from '../../files/replace-file.ts'
import { errnoOf, isDiskFull } from '../http/errors.ts'
import {
  escapedNameOf,
  FORMER_FOLDERS,
  isSystemFile,
  OBJECTS,
  plainPathOf,
  UNUSUAL,
  WORK,
} from '../index/key-path.ts'
import { BackgroundRetry } from './background-retry.ts'

/** Explorer and most Windows programs do not accept paths of 260 characters or more. */
const MAX_WINDOWS_PATH = 240
/** `h-` and the 64 digits of a SHA-256, the escaped name of a long key. */
const SHORTEST_ESCAPED = 66

/** A file's time and length: the file was changed if either differs. */
export interface FileStamp {
  /** In milliseconds. */
  readonly fileTimeMs: number
  readonly byteLength: number
}

export interface BucketFolders {
  /** Absolute path of the folder that the user may open, with objects under readable names. */
  readonly objects: string
  /**
   * Contains the bucket's other folders, on the same disk, so that a finished file is only renamed.
   */
  readonly own: string
}

/** The other folders are next to the objects: in the bucket's folder, or in one of their own. */
export function bucketFolders(folder: string, objects: string): BucketFolders {
  const isUsual = path.resolve(objects) === path.resolve(folder, OBJECTS)
  return { objects, own: isUsual ? folder : `${path.resolve(objects)}.ferry` }
}

/**
 * The files of a bucket by their stored paths, such as `objects/photos/a.jpg` or `work/5f…`. Moves
 * are synchronous, so that no other request comes between a file and its row in the index, and they
 * never wait for a file that another program has open.
 */
export class ObjectFiles {
  /** The real path of the objects folder. */
  readonly folder: string
  readonly #own: string
  readonly #platform: NodeJS.Platform
  readonly #wait: Pause | undefined
  readonly #deletion = new BackgroundRetry((file) => removeNow(this.absolute(file)))

  constructor(
    { objects, own }: BucketFolders,
    platform: NodeJS.Platform = process.platform,
    wait?: Pause,
  ) {
    mkdirSync(objects, { recursive: true, mode: 0o700 })
    for (const name of [WORK, UNUSUAL]) {
      mkdirSync(path.join(own, name), { recursive: true, mode: 0o700 })
    }
    this.folder = realpathSync(objects)
    this.#own = realpathSync(own)
    this.#platform = platform
    this.#wait = wait
  }

  absolute(file: string): string {
    const [area = '', ...names] = file.split('/')
    return area === OBJECTS
      ? path.join(this.folder, ...names)
      : path.join(this.#own, area, ...names)
  }

  /** A unique path for incoming bytes. */
  newWorkFile(): string {
    return `${WORK}/${randomName()}`
  }

  isWorkFile(file: string): boolean {
    return file.startsWith(`${WORK}/`)
  }

  /** Possible paths of the key's object, the readable one first. */
  pathsOf(key: string): readonly string[] {
    const plain = plainPathOf(key)
    const readable = plain === null ? null : `${OBJECTS}/${plain}`
    const escaped = `${UNUSUAL}/${this.#escapedNameOf(key)}`
    return readable === null || this.#isTooLong(readable) ? [escaped] : [readable, escaped]
  }

  #escapedNameOf(key: string): string {
    if (this.#platform !== 'win32') return escapedNameOf(key)
    const rest = MAX_WINDOWS_PATH - this.absolute(`${UNUSUAL}/`).length - 1
    return escapedNameOf(key, Math.max(rest, SHORTEST_ESCAPED))
  }

  #isTooLong(file: string): boolean {
    return this.#platform === 'win32' && this.absolute(file).length > MAX_WINDOWS_PATH
  }

  /**
   * Moves a file to a free path. Returns false when the path is taken or impossible: a parent
   * folder's name is a file, a link leads elsewhere, or the file system does not accept the name.
   *
   * @throws errors that say nothing about the name: the file is open in another program, or the
   * disk is full.
   */
  move(file: string, target: string): boolean {
    let isMoved = false
    try {
      isMoved = this.#makeFolderOf(target) && !this.exists(target) && this.#rename(file, target)
    } finally {
      this.prune(isMoved ? file : target)
    }
    return isMoved
  }

  #rename(file: string, target: string): boolean {
    try {
      renameSync(this.absolute(file), this.absolute(target))
      return true
    } catch (error) {
      if (isDiskError(error)) throw error
      return false
    }
  }

  exists(file: string): boolean {
    try {
      return lstatSync(this.absolute(file), { throwIfNoEntry: false }) !== undefined
    } catch (error) {
      // A name that the file system does not accept cannot exist.
      if (isDiskError(error)) throw error
      return false
    }
  }

  /** Null when the file is gone. */
  stampOf(file: string): FileStamp | null {
    const stat = lstatSync(this.absolute(file), { throwIfNoEntry: false })
    if (stat?.isFile() !== true) return null
    return { fileTimeMs: Math.floor(stat.mtimeMs), byteLength: stat.size }
  }

  /**
   * Deletes a work file. If another program has it open, this retries for a second, then in the
   * background, and at the latest at the next start, since no row of the index names the file.
   * Never rejects.
   */
  async remove(workFile: string): Promise<void> {
    try {
      await retryWhileHeld(() => unlink(this.absolute(workFile)), this.#wait)
    } catch (error) {
      if (isHeld(error)) this.#deletion.add(workFile)
    }
  }

  close(): void {
    this.#deletion.close()
  }

  /**
   * Moves the work files aside when the index was lost: they go next to the damaged index, where
   * nothing deletes them. Returns false when another program has them open.
   */
  isWorkSetAside(nowMs: number): boolean {
    const former = path.join(this.folder, FORMER_FOLDERS.work)
    const isFormer = this.exists(`${OBJECTS}/${FORMER_FOLDERS.work}`)
    const work = this.absolute(WORK)
    const aside = path.join(this.#own, `${WORK}.damaged-${nowMs}`)
    if (!isFormer && readdirSync(work).length === 0) return true
    try {
      renameSync(isFormer ? former : work, aside)
    } catch (error) {
      if (isHeld(error)) return false
      throw error
    }
    mkdirSync(work, { recursive: true, mode: 0o700 })
    return true
  }

  /** Deletes work files that a killed process left behind, which no row of the index names. */
  removeUnlistedWorkFiles(isKnown: (workFile: string) => boolean): void {
    for (const name of readdirSync(this.absolute(WORK))) {
      const file = `${WORK}/${name}`
      if (isKnown(file)) continue
      try {
        unlinkSync(this.absolute(file))
      } catch {
        void this.remove(file)
      }
    }
  }

  /** Removes the parent folders of an object's file that are empty except for Finder's files. */
  prune(file: string): void {
    if (!file.startsWith(`${OBJECTS}/`)) return
    let folder = path.dirname(this.absolute(file))
    while (folder.startsWith(this.folder + path.sep)) {
      if (!isEmptied(folder)) return
      folder = path.dirname(folder)
    }
  }

  /** Creates the parent folder of a path, unless a link would lead it out of the bucket. */
  #makeFolderOf(file: string): boolean {
    const folder = path.dirname(this.absolute(file))
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 })
      const real = realpathSync(folder)
      return (
        !file.startsWith(`${OBJECTS}/`) ||
        real === this.folder ||
        real.startsWith(this.folder + path.sep)
      )
    } catch (error) {
      if (isDiskError(error)) throw error
      return false
    }
  }
}

export function randomName(): string {
  return randomBytes(16).toString('hex')
}

/** Removes a folder that has no user files; true when it no longer exists. */
function isEmptied(folder: string): boolean {
  try {
    const names = readdirSync(folder)
    if (!names.every(isSystemFile)) return false
    for (const name of names) unlinkSync(path.join(folder, name))
    rmdirSync(folder)
    return true
  } catch (error) {
    // A folder that another program has open stays. A folder that was never created counts as
    // removed.
    return errnoOf(error) !== 'ENOTEMPTY' && !isDiskError(error)
  }
}

function removeNow(absolute: string): void {
  try {
    unlinkSync(absolute)
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error
  }
}

/**
 * The error says nothing about the name: the file is open in another program, access is denied, the
 * disk is full or read-only.
 */
function isDiskError(error: unknown): boolean {
  return isHeld(error) || isDiskFull(error) || ['EROFS', 'EIO'].includes(errnoOf(error))
}
