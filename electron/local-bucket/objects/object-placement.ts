import type { DatabaseSync } from 'node:sqlite'
import { isHeld, type Pause, withPatience } from '../../core/files/patience.ts'
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
  /** Stands in for the clock in tests. */
  readonly wait?: Pause
  /** Hears of what is neither held nor full. */
  readonly warn?: (reason: string) => void
}

/**
 * Brings files to where they belong after the index was changed: the newest version under a readable
 * name, older ones out of sight, discarded ones away. The index names the place where a file is, not
 * where it should be; so an object counts at once, a file that another program holds stays readable
 * where it lies, and an end in the middle costs nothing but the readable name until the next start.
 */
export class ObjectPlacement {
  readonly #table: ObjectTable
  readonly #notes: FileTable
  readonly #files: ObjectFiles
  readonly #wait: Pause | undefined
  readonly #warn: (reason: string) => void
  /** Keys with files that stayed held for longer than the first second. */
  readonly #later = new BackgroundRetry((key) => this.#arrange(key))
  #isClosed = false

  constructor({ db, table, files, wait, warn = () => undefined }: PlacementDeps) {
    this.#table = table
    this.#notes = new FileTable(db)
    this.#files = files
    this.#wait = wait
    this.#warn = warn
  }

  /** Part of the transaction that takes the file's row away: `settle` then deletes the file. */
  discard(key: string, file: string): void {
    const seen = this.#files.stampOf(file)
    if (seen !== null) this.#notes.discard({ key, file, ...seen })
  }

  /**
   * Begins at once, in the caller's own step; goes on for about a second when files are held, and
   * then in the background. Never rejects: the change that it follows stands.
   */
  async settle(key: string): Promise<void> {
    try {
      await withPatience(async () => this.#arrange(key), this.#wait)
    } catch (error) {
      // Its text may name the file, and with it the key.
      if (!isHeld(error) && !isDiskFull(error) && error instanceof Error) {
        this.#warn(errnoOf(error) || error.name)
      }
      this.#later.add(key)
    }
  }

  /** For the start: ends what was cut off, and tries once what was held until then. */
  settleAll(): void {
    for (const { key, versionId } of this.#notes.plannedMoves()) {
      const object = this.#table.version(key, versionId)
      if (object === null) this.#notes.forgetMove(key, versionId)
      else this.#later.attempt(key, () => this.whereItIs(object))
    }
    const keys = [...this.#notes.keysWithDiscarded(), ...this.#table.keysWithMisplaced()]
    for (const key of new Set(keys)) this.#later.attempt(key, () => this.#arrange(key))
  }

  /** The object with its file's place, should a move have been cut off between file and index. */
  whereItIs(object: StoredObject): StoredObject {
    const { key, versionId, file } = object
    const target = this.#notes.plannedMove(key, versionId)?.target
    if (target === undefined) return object
    const isMoved = !this.#files.exists(file) && this.#files.exists(target)
    if (isMoved) this.#table.moveFile(key, versionId, target)
    this.#notes.forgetMove(key, versionId)
    return isMoved ? { ...object, file: target } : object
  }

  /** False when something lies at the target, or nothing can. Throws when the file is held. */
  move(object: StoredObject, target: string): boolean {
    const { key, versionId, file } = object
    this.#notes.planMove({ key, versionId, target })
    let isMoved = false
    try {
      isMoved = this.#files.move(file, target)
    } catch (error) {
      // A network drive may have done what it says it has not.
      if (this.whereItIs(object).file === target) return true
      throw error
    }
    // Should the index refuse this, the note still tells where the file is.
    if (isMoved) this.#table.moveFile(key, versionId, target)
    this.#notes.forgetMove(key, versionId)
    return isMoved
  }

  close(): void {
    this.#isClosed = true
    this.#later.close()
  }

  /** One synchronous step; throws when a file is held. What is done by then stays done. */
  #arrange(key: string): void {
    if (this.#isClosed) return
    for (const old of this.#notes.discardedOf(key)) {
      const seen = this.#files.stampOf(old.file)
      const isTheSame =
        seen?.byteLength === old.byteLength &&
        seen.fileTimeMs === old.fileTimeMs &&
        !this.#table.ownsFile(old.file)
      const aside = this.#files.newWorkFile()
      // Windows renames a file that somebody reads, and neither replaces nor deletes it.
      // Nobody waits for the end of that reading.
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

  /** Gives the newest version its readable name. With no place for it, it stays out of sight. */
  #show(object: StoredObject): void {
    this.#files
      .pathsOf(object.key)
      .filter((place) => !this.#table.isPathTaken(place, object.key))
      .some((place) => this.move(object, place))
  }
}

/** A version's file on its way to another place. */
export interface PlannedMove {
  readonly key: string
  readonly versionId: string
  readonly target: string
}

/** A file at an object's place that is nobody's any more. */
export interface DiscardedFile extends FileStamp {
  readonly key: string
  readonly file: string
}

/** Notes of what is still to be done with files, so that an end in the middle loses none. */
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
