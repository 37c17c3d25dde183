import type { DatabaseSync } from 'node:sqlite'
import type { BucketSettings } from './bucket-settings.ts'
import { proveWriteCondition, type WriteCondition } from './conditions.ts'
import { S3Error } from './errors.ts'
import { changeWithFiles, type FileMoves } from './file-moves.ts'
import { inTransaction } from './index-db.ts'
import { type ObjectFiles, randomName } from './object-files.ts'
import { ObjectTable } from './object-table.ts'
import { type NewObject, NULL_VERSION, type StoredObject } from './stored-object.ts'

export interface Deletion {
  readonly versionId: string
  /** A marker was made, or the deleted version was one. */
  readonly isMarker: boolean
}

/** A conditional write that has begun: it must know if its key is deleted before it ends. */
export interface PendingWrite {
  readonly key: string
  readonly condition: WriteCondition
  /** Set by a deletion that came in between. */
  hasConflict: boolean
}

/**
 * The objects: index and files together. Every change is one synchronous step, so that two
 * requests can never interleave inside it; bytes have been written to a file of their own before.
 */
export class ObjectStore {
  readonly table: ObjectTable
  readonly #db: DatabaseSync
  readonly #files: ObjectFiles
  readonly #settings: BucketSettings
  readonly #now: () => number
  readonly #pending = new Set<PendingWrite>()

  constructor(db: DatabaseSync, files: ObjectFiles, settings: BucketSettings, now: () => number) {
    this.#db = db
    this.table = new ObjectTable(db)
    this.#files = files
    this.#settings = settings
    this.#now = now
  }

  /** The live object, or NoSuchKey. A named version may be older; a marker is told as AWS does. */
  find(key: string, versionId: string | null): StoredObject {
    const object = versionId === null ? this.table.latest(key) : this.table.version(key, versionId)
    if (object === null) {
      throw versionId === null
        ? new S3Error('NoSuchKey', undefined)
        : new S3Error('NoSuchVersion', undefined, { VersionId: versionId.slice(0, 100) })
    }
    if (!object.isMarker) return object
    const marks = { 'x-amz-delete-marker': 'true', 'x-amz-version-id': object.versionId }
    if (versionId === null) throw new S3Error('NoSuchKey', undefined, {}, marks)
    throw new S3Error('MethodNotAllowed', undefined, {}, { ...marks, Allow: 'DELETE' })
  }

  /** Refuses early, before the bytes are taken; `put` asks again. */
  beginWrite(key: string, condition: WriteCondition): PendingWrite {
    proveWriteCondition(condition, this.table.latest(key))
    const write = { key, condition, hasConflict: false }
    if (condition.ifMatch !== null || condition.ifNoneMatch !== null) this.#pending.add(write)
    return write
  }

  endWrite(write: PendingWrite): void {
    this.#pending.delete(write)
  }

  /** `alongside` belongs to the same step: it happens with the write or neither does. */
  put(
    write: PendingWrite,
    object: NewObject,
    alongside: (stored: StoredObject) => void = () => undefined,
  ): StoredObject {
    if (write.hasConflict) throw new S3Error('ConditionalRequestConflict')
    return changeWithFiles(this.#db, (moves) => {
      const present = this.table.latest(object.key)
      proveWriteCondition(write.condition, present)
      const versionId = this.#settings.versioning() === 'Enabled' ? randomName() : NULL_VERSION
      this.#makeRoom(moves, object.key, versionId, present)
      const { finishedFile, ...kept } = object
      const file = this.#place(moves, finishedFile, object.key, present?.file ?? null)
      const stored: StoredObject = {
        ...kept,
        versionId,
        isLatest: true,
        isMarker: false,
        file,
        modifiedMs: this.#now(),
        fileTimeMs: this.#files.look(file)?.fileTimeMs ?? 0,
      }
      this.table.insert(stored)
      alongside(stored)
      return stored
    })
  }

  /** Deletes as S3 does: a version for good, or the object behind a marker where versions are kept. */
  remove(key: string, versionId: string | null): Deletion | null {
    for (const write of this.#pending) if (write.key === key) write.hasConflict = true
    const kept = this.#settings.versioning()
    return changeWithFiles(this.#db, (moves) => {
      if (versionId !== null) return this.#removeVersion(moves, key, versionId)
      if (kept === null) {
        this.#removeVersion(moves, key, NULL_VERSION)
        return null
      }
      return this.#mark(moves, key, kept === 'Enabled' ? randomName() : NULL_VERSION)
    })
  }

  /** Takes note of a file that lies in the folder as that version of that key. */
  adopt(object: StoredObject): void {
    inTransaction(this.#db, () => {
      this.table.remove(object.key, object.versionId)
      this.table.insert(object)
    })
  }

  /** Replaces what is known of a version, unless it was written anew in the meantime. */
  refresh(before: StoredObject, now: StoredObject): void {
    const present = this.table.version(before.key, before.versionId)
    if (present?.file !== before.file || present.fileTimeMs !== before.fileTimeMs) return
    this.table.refresh(now)
  }

  /** Forgets a version whose file somebody took away. */
  forget(object: StoredObject): void {
    inTransaction(this.#db, () => this.table.remove(object.key, object.versionId))
  }

  #mark(moves: FileMoves, key: string, versionId: string): Deletion {
    this.#makeRoom(moves, key, versionId, this.table.latest(key))
    this.table.insert({
      key,
      versionId,
      isLatest: true,
      isMarker: true,
      file: '',
      byteLength: 0,
      etag: '',
      modifiedMs: this.#now(),
      fileTimeMs: 0,
      headers: {},
      checksum: null,
      partBytes: [],
    })
    return { versionId, isMarker: true }
  }

  /** The version that is replaced goes for good; the newest, if it stays, goes out of sight. */
  #makeRoom(moves: FileMoves, key: string, versionId: string, present: StoredObject | null): void {
    const replaced = this.table.version(key, versionId)
    if (replaced !== null) this.table.remove(key, versionId)
    if (replaced !== null && !replaced.isMarker) {
      // By then the new file may lie there: a plain overwrite renames over the old one.
      moves.afterwards.push(() => {
        if (!this.table.ownsFile(replaced.file)) this.#files.remove(replaced.file)
      })
    }
    if (present === null || present.versionId === versionId || present.isMarker) return
    if (!this.#files.exists(present.file)) return
    const aside = this.#files.setAside(present.file)
    moves.undo.push(() => this.#files.bringBack(aside, present.file))
    this.table.moveFile(key, present.versionId, aside)
  }

  #removeVersion(moves: FileMoves, key: string, versionId: string): Deletion | null {
    const object = this.table.version(key, versionId)
    if (object === null) return null
    this.table.remove(key, versionId)
    if (!object.isMarker) {
      moves.afterwards.push(() => {
        if (!this.table.ownsFile(object.file)) this.#files.remove(object.file)
      })
    }
    this.#show(moves, key, object.file)
    return { versionId, isMarker: object.isMarker }
  }

  /** A version that has become the newest again gets its readable name back. */
  #show(moves: FileMoves, key: string, freed: string): void {
    const newest = this.table.latest(key)
    if (newest === null || newest.isMarker || !this.#files.isSetAside(newest.file)) return
    if (!this.#files.exists(newest.file)) return
    const file = this.#place(moves, this.#files.absolute(newest.file), key, freed)
    this.table.moveFile(key, newest.versionId, file)
  }

  /** `own`: a path that belongs to this key already, or did until just now. */
  #place(moves: FileMoves, finished: string, key: string, own: string | null): string {
    const isTaken = (path: string) =>
      this.table.isPathTaken(path, key) || (own !== path && this.#files.exists(path))
    const file = this.#files.place(finished, key, isTaken)
    if (file !== own) moves.undo.push(() => this.#files.remove(file))
    return file
  }
}
