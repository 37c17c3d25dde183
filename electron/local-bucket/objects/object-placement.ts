import type { DatabaseSync } from 'node:sqlite'
import { isHeld, type Pause, retryWhileHeld } from '../../files/replace-file.ts'
import { errnoOf, isDiskFull } from '../http/errors.ts'
import { keyBytes, keyOf, numberOf, textOf } from '../index/columns.ts'
import type { ObjectTable } from '../index/object-table.ts'
import type { StoredObject } from '../index/stored-object.ts'
import { BackgroundRetry } from './background-retry.ts'
import type { FileStamp, ObjectFiles } from './object-files.ts'

export interface PlacementDeps {
  readonly db: DatabaseSync
  readonly table: ObjectTable
  readonly files: ObjectFiles
  /** Replaces the pauses in tests. */
  readonly wait?: Pause
  /** Receives errors other than an open file or a full disk. */
  readonly warn?: (reason: string) => void
}

/**
 * Moves files to their proper paths after the index changed: the newest version to its readable
 * name, older versions out of sight, discarded files away. The index stores where a file is, not
 * where it should be; so an object counts at once, a file that another program has open stays
 * readable at its current path, and a crash costs nothing but the readable name until the next
 * start.
 */
export class ObjectPlacement {
  readonly #table: ObjectTable
  readonly #notes: FileTable
  readonly #files: ObjectFiles
  readonly #wait: Pause | undefined
  readonly #warn: (reason: string) => void
  /** Retries the keys whose files stayed open in another program for longer than a second. */
  readonly #later = new BackgroundRetry((key) => this.#arrange(key))
  #isClosed = false

  constructor({ db, table, files, wait, warn = () => undefined }: PlacementDeps) {
    this.#table = table
    this.#notes = new FileTable(db)
    this.#files = files
    this.#wait = wait
    this.#warn = warn
  }

  /** Called in the transaction that removes the file's row; `settle` then deletes the file. */
  discard(key: string, file: string): void {
    const seen = this.#files.stampOf(file)
    if (seen !== null) this.#notes.discard({ key, file, ...seen })
  }

  /**
   * Starts synchronously, retries for about a second when another program has a file open, and then
   * continues in the background. Never rejects, because the change in the index is already made.
   */
  async settle(key: string): Promise<void> {
    try {
      await retryWhileHeld(async () => this.#arrange(key), this.#wait)
    } catch (error) {
      // The message may contain the file name, and with it the key.
      if (!isHeld(error) && !isDiskFull(error) && error instanceof Error) {
        this.#warn(errnoOf(error) || error.name)
      }
      this.#later.add(key)
    }
  }

  /**
   * Called at the start: finishes interrupted moves and tries each file that was open before once.
   */
  settleAll(): void {
    for (const { key, versionId } of this.#notes.plannedMoves()) {
      const object = this.#table.version(key, versionId)
      if (object === null) this.#notes.forgetMove(key, versionId)
      else this.#later.attempt(key, () => this.whereItIs(object))
    }
    const keys = [...this.#notes.keysWithDiscarded(), ...this.#table.keysWithMisplaced()]
    for (const key of new Set(keys)) this.#later.attempt(key, () => this.#arrange(key))
  }

  /**
   * The object with its file's current path, in case a move was interrupted between file and index.
   */
  whereItIs(object: StoredObject): StoredObject {
    const { key, versionId, file } = object
    const target = this.#notes.plannedMove(key, versionId)?.target
    if (target === undefined) return object
    const isMoved = !this.#files.exists(file) && this.#files.exists(target)
    if (isMoved) this.#table.moveFile(key, versionId, target)
    this.#notes.forgetMove(key, versionId)
    return isMoved ? { ...object, file: target } : object
  }

  /**
   * Returns false when the target is taken or impossible. Throws when another program has the file
   * open.
   */
  move(object: StoredObject, target: string): boolean {
    const { key, versionId, file } = object
    this.#notes.planMove({ key, versionId, target })
    let isMoved = false
    try {
      isMoved = this.#files.move(file, target)
    } catch (error) {
      // A network drive may report an error although it moved the file.
      if (this.whereItIs(object).file === target) return true
      throw error
    }
    // If the index refuses this, the recorded move still says where the file is.
    if (isMoved) this.#table.moveFile(key, versionId, target)
    this.#notes.forgetMove(key, versionId)
    return isMoved
  }

  close(): void {
    this.#isClosed = true
    this.#later.close()
  }

  /** Runs synchronously and throws when another program has a file open. Completed moves stay. */
  #arrange(key: string): void {
    if (this.#isClosed) return
    for (const old of this.#notes.discardedOf(key)) {
      const seen = this.#files.stampOf(old.file)
      const isTheSame =
        seen?.byteLength === old.byteLength &&
        seen.fileTimeMs === old.fileTimeMs &&
        !this.#table.ownsFile(old.file)
      const aside = this.#files.newWorkFile()
      // Windows renames an open file but neither replaces nor deletes it. Do not wait for its
      // reader.
      if (isTheSame && this.#files.move(old.file, aside)) void this.#files.remove(aside)
      this.#notes.forgetDiscarded(old.file)
    }
    for (const object of this.#table.misplaced(key)) {
      const here = this.whereItIs(object)
      if (here.isLatest !== this.#files.isWorkFile(here.file)) continue
      if (here.isLatest) this.#show(here)
      else this.move(here, this.#files.newWorkFile())
    }
  }

  /** Gives the newest version its readable name, or leaves it out of sight when no path is free. */
  #show(object: StoredObject): void {
    this.#files
      .pathsOf(object.key)
      .filter((place) => !this.#table.isPathTaken(place, object.key))
      .some((place) => this.move(object, place))
  }
}

/** A planned move of a version's file. */
export interface PlannedMove {
  readonly key: string
  readonly versionId: string
  readonly target: string
}

/** A file at an object's path that no version uses any more. */
export interface DiscardedFile extends FileStamp {
  readonly key: string
  readonly file: string
}

/** Pending moves and deletions, recorded so that a crash loses none of them. */
export class FileTable {
  readonly #db: DatabaseSync

  constructor(db: DatabaseSync) {
    this.#db = db
  }

  planMove({ key, versionId, target }: PlannedMove): void {
    this.#db
      .prepare('INSERT OR REPLACE INTO moves (key, version, target) VALUES (?, ?, ?)')
      .run(keyBytes(key), versionId, target)
  }

  forgetMove(key: string, versionId: string): void {
    this.#db
      .prepare('DELETE FROM moves WHERE key = ? AND version = ?')
      .run(keyBytes(key), versionId)
  }

  plannedMove(key: string, versionId: string): PlannedMove | null {
    const row = this.#db
      .prepare('SELECT target FROM moves WHERE key = ? AND version = ?')
      .get(keyBytes(key), versionId)
    return row === undefined ? null : { key, versionId, target: textOf(row, 'target') }
  }

  plannedMoves(): PlannedMove[] {
    return this.#db
      .prepare('SELECT key, version, target FROM moves')
      .all()
      .map((row) => ({
        key: keyOf(row, 'key'),
        versionId: textOf(row, 'version'),
        target: textOf(row, 'target'),
      }))
  }

  discard({ key, file, byteLength, fileTimeMs }: DiscardedFile): void {
    this.#db
      .prepare('INSERT OR REPLACE INTO discarded (file, key, bytes, file_time) VALUES (?, ?, ?, ?)')
      .run(file, keyBytes(key), byteLength, fileTimeMs)
  }

  forgetDiscarded(file: string): void {
    this.#db.prepare('DELETE FROM discarded WHERE file = ?').run(file)
  }

  discardedOf(key: string): DiscardedFile[] {
    return this.#db
      .prepare('SELECT file, bytes, file_time FROM discarded WHERE key = ?')
      .all(keyBytes(key))
      .map((row) => ({
        key,
        file: textOf(row, 'file'),
        byteLength: numberOf(row, 'bytes'),
        fileTimeMs: numberOf(row, 'file_time'),
      }))
  }

  keysWithDiscarded(): string[] {
    return this.#db
      .prepare('SELECT DISTINCT key FROM discarded')
      .all()
      .map((row) => keyOf(row, 'key'))
  }
}
