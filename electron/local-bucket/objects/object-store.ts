import type { DatabaseSync } from 'node:sqlite'
import { S3Error } from '../http/errors.ts'
import type { BucketSettings } from '../index/bucket-settings.ts'
import { inTransaction } from '../index/index-db.ts'
import { ObjectTable } from '../index/object-table.ts'
import { type NewObject, NULL_VERSION, type StoredObject } from '../index/stored-object.ts'
import { checkWriteCondition, type WriteCondition } from './conditions.ts'
import { type ObjectFiles, randomName } from './object-files.ts'
import { ObjectPlacement, type PlacementDeps } from './object-placement.ts'

export interface Deletion {
  readonly versionId: string
  /** A delete marker was created, or the deleted version was one. */
  readonly isMarker: boolean
}

/** A conditional write in progress, which must notice when its key is deleted meanwhile. */
export interface PendingWrite {
  readonly key: string
  readonly condition: WriteCondition
  /** Set by a deletion in the meantime. */
  hasConflict: boolean
}

interface ObjectStoreDeps extends Pick<PlacementDeps, 'wait' | 'warn'> {
  readonly db: DatabaseSync
  readonly files: ObjectFiles
  readonly settings: BucketSettings
  readonly now: () => number
}

/**
 * The objects: index and files together. Every change of the index is one synchronous step, so two
 * requests never interleave within it. The bytes have been written to a file of their own before,
 * and the files follow the index (see `ObjectPlacement`).
 */
export class ObjectStore {
  readonly table: ObjectTable
  readonly placement: ObjectPlacement
  readonly #db: DatabaseSync
  readonly #files: ObjectFiles
  readonly #settings: BucketSettings
  readonly #now: () => number
  readonly #pending = new Set<PendingWrite>()

  constructor({ db, files, settings, now, ...rest }: ObjectStoreDeps) {
    this.#db = db
    this.table = new ObjectTable(db)
    this.placement = new ObjectPlacement({ db, table: this.table, files, ...rest })
    this.#files = files
    this.#settings = settings
    this.#now = now
  }

  /**
   * The current object, or NoSuchKey. A given version may be an older one; a delete marker is
   * answered as AWS does.
   */
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

  /** Checks the condition before any bytes are received; `put` checks it again. */
  beginWrite(key: string, condition: WriteCondition): PendingWrite {
    checkWriteCondition(condition, this.table.latest(key))
    const write = { key, condition, hasConflict: false }
    if (condition.ifMatch !== null || condition.ifNoneMatch !== null) this.#pending.add(write)
    return write
  }

  endWrite(write: PendingWrite): void {
    this.#pending.delete(write)
  }

  /**
   * Makes the finished file the object's, or rejects and changes nothing. `alongside` runs in the
   * same transaction.
   */
  async put(
    write: PendingWrite,
    object: NewObject,
    alongside: (stored: StoredObject) => void = () => undefined,
  ): Promise<StoredObject> {
    if (write.hasConflict) throw new S3Error('ConditionalRequestConflict')
    const { finishedFile, ...kept } = object
    const stored = await this.#change(object.key, (forgotten) => {
      checkWriteCondition(write.condition, this.table.latest(object.key))
      const isKept = this.#settings.versioning() === 'Enabled'
      const versionId = isKept ? randomName() : NULL_VERSION
      this.#forgetVersion(object.key, versionId, forgotten)
      const put: StoredObject = {
        ...kept,
        versionId,
        isLatest: true,
        isMarker: false,
        file: finishedFile,
        modifiedMs: this.#now(),
        fileTimeMs: this.#files.stampOf(finishedFile)?.fileTimeMs ?? 0,
      }
      this.table.insert(put)
      alongside(put)
      return put
    })
    return this.table.version(stored.key, stored.versionId) ?? stored
  }

  /**
   * Deletes as S3 does: a given version permanently; otherwise, with versioning, the object gets a
   * delete marker.
   */
  async remove(key: string, versionId: string | null): Promise<Deletion | null> {
    for (const write of this.#pending) if (write.key === key) write.hasConflict = true
    const kept = this.#settings.versioning()
    return this.#change(key, (forgotten) => {
      const gone = versionId ?? (kept === 'Enabled' ? null : NULL_VERSION)
      const object = gone === null ? null : this.#forgetVersion(key, gone, forgotten)
      if (versionId !== null) {
        return object === null ? null : { versionId, isMarker: object.isMarker }
      }
      if (kept === null) return null
      return this.#mark(key, kept === 'Enabled' ? randomName() : NULL_VERSION)
    })
  }

  /**
   * Runs one transaction and then lets the files follow. The listed files are deleted in the
   * background.
   */
  async #change<T>(key: string, work: (forgotten: string[]) => T): Promise<T> {
    const forgotten: string[] = []
    const result = inTransaction(this.#db, () => work(forgotten))
    for (const file of forgotten) void this.#files.remove(file)
    await this.placement.settle(key)
    return result
  }

  close(): void {
    this.placement.close()
    this.#files.close()
  }

  /** Registers a file in the folder as this version of its key. */
  adopt(object: StoredObject): void {
    inTransaction(this.#db, () => {
      this.table.remove(object.key, object.versionId)
      this.table.insert(object)
    })
  }

  /** Updates a version unless it has been written again in the meantime. */
  refresh(before: StoredObject, now: StoredObject): void {
    const present = this.table.version(before.key, before.versionId)
    if (present?.file !== before.file || present.fileTimeMs !== before.fileTimeMs) return
    this.table.refresh(now)
  }

  /** Forgets a version whose file no longer exists. */
  forget(object: StoredObject): void {
    inTransaction(this.#db, () => this.table.remove(object.key, object.versionId))
  }

  #mark(key: string, versionId: string): Deletion {
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

  /** Removes a version if it exists. If its file is a work file, it is added to the list. */
  #forgetVersion(key: string, versionId: string, forgotten: string[]): StoredObject | null {
    const known = this.table.version(key, versionId)
    if (known === null) return null
    const object = this.placement.whereItIs(known)
    this.table.remove(key, versionId)
    if (object.isMarker) return object
    if (this.#files.isWorkFile(object.file)) forgotten.push(object.file)
    else this.placement.discard(key, object.file)
    return object
  }
}
