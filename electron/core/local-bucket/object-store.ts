import type { DatabaseSync } from 'node:sqlite'
import type { BucketSettings } from './bucket-settings.ts'
import { proveWriteCondition, type WriteCondition } from './conditions.ts'
import { S3Error } from './errors.ts'
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

  put(write: PendingWrite, object: NewObject): StoredObject {
    if (write.hasConflict) throw new S3Error('ConditionalRequestConflict')
    return inTransaction(this.#db, () => {
      const present = this.table.latest(object.key)
      proveWriteCondition(write.condition, present)
      const versionId = this.#settings.versioning() === 'Enabled' ? randomName() : NULL_VERSION
      this.#makeRoom(object.key, versionId, present)
      const file = this.#files.place(object.finishedFile, object.key, (path) =>
        this.#isInTheWay(path, object.key, present),
      )
      const stored: StoredObject = {
        ...object,
        versionId,
        isLatest: true,
        isMarker: false,
        file,
        modifiedMs: this.#now(),
        fileTimeMs: this.#files.look(file)?.fileTimeMs ?? 0,
      }
      this.table.insert(stored)
      return stored
    })
  }

  /** Deletes as S3 does: a version for good, or the object behind a marker where versions are kept. */
  remove(key: string, versionId: string | null): Deletion | null {
    for (const write of this.#pending) if (write.key === key) write.hasConflict = true
    const kept = this.#settings.versioning()
    return inTransaction(this.#db, () => {
      if (versionId !== null) return this.#removeVersion(key, versionId)
      if (kept === null) {
        this.#removeVersion(key, NULL_VERSION)
        return null
      }
      return this.#mark(key, kept === 'Enabled' ? randomName() : NULL_VERSION)
    })
  }

  /** Forgets a version whose file somebody took away. */
  forget(object: StoredObject): void {
    inTransaction(this.#db, () => this.table.remove(object.key, object.versionId))
  }

  #mark(key: string, versionId: string): Deletion {
    this.#makeRoom(key, versionId, this.table.latest(key))
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
  #makeRoom(key: string, versionId: string, present: StoredObject | null): void {
    const replaced = this.table.version(key, versionId)
    if (replaced !== null) {
      this.table.remove(key, versionId)
      // A plain overwrite renames over the old file, so that no moment is without one.
      const isOverwritten = present?.versionId === versionId && !present.isMarker
      if (!replaced.isMarker && !isOverwritten) this.#files.remove(replaced.file)
    }
    if (present === null || present.versionId === versionId || present.isMarker) return
    if (this.#files.exists(present.file)) {
      this.table.moveFile(key, present.versionId, this.#files.setAside(present.file))
    }
  }

  #removeVersion(key: string, versionId: string): Deletion | null {
    const object = this.table.version(key, versionId)
    if (object === null) return null
    this.table.remove(key, versionId)
    if (!object.isMarker) this.#files.remove(object.file)
    return { versionId, isMarker: object.isMarker }
  }

  #isInTheWay(path: string, key: string, present: StoredObject | null): boolean {
    if (this.table.isPathTaken(path, key)) return true
    return present?.file !== path && this.#files.exists(path)
  }
}
