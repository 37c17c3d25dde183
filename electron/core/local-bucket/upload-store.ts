import type { DatabaseSync } from 'node:sqlite'
import { S3Error } from '../../local-bucket/http/errors.ts'
import type { StoredObject } from '../../local-bucket/index/stored-object.ts'
import {
  type StoredPart,
  type StoredUpload,
  UploadTable,
} from '../../local-bucket/index/upload-table.ts'
import { type ObjectFiles, randomName } from '../../local-bucket/objects/object-files.ts'
import type { ObjectStore, PendingWrite } from '../../local-bucket/objects/object-store.ts'
import { checksumOfParts } from './checksums.ts'
import { joinParts } from './join-parts.ts'
import { checkedParts, type ListedPart, multipartEtag } from './named-parts.ts'

/** What Complete brings besides the list of parts. */
export interface Completion {
  readonly parts: readonly ListedPart[]
  /** The length the client expects; null when it did not say. */
  readonly expectedBytes: number | null
  /** The whole object's checksum as the client expects it. */
  readonly expectedChecksum: string | null
}

/** Uploads in parts: their index and their files together. */
export class UploadStore {
  readonly table: UploadTable
  readonly #files: ObjectFiles
  readonly #objects: ObjectStore
  readonly #now: () => number
  /** Uploads whose parts are being joined: nothing else may touch them meanwhile. */
  readonly #joining = new Map<string, Promise<unknown>>()

  constructor(db: DatabaseSync, files: ObjectFiles, objects: ObjectStore, now: () => number) {
    this.table = new UploadTable(db)
    this.#files = files
    this.#objects = objects
    this.#now = now
  }

  begin(
    upload: Pick<StoredUpload, 'key' | 'headers' | 'algorithm' | 'checksumType' | 'isExplicit'>,
  ): StoredUpload {
    const begun = { ...upload, uploadId: randomName(), startedMs: this.#now(), result: null }
    this.table.begin(begun)
    return begun
  }

  /** The unfinished upload of that id and key. The id is looked up and never used as a path. */
  find(key: string, uploadId: string): StoredUpload {
    const upload = this.table.find(uploadId)
    if (upload === null || upload.key !== key || upload.result !== null) {
      throw new S3Error('NoSuchUpload', undefined, { UploadId: uploadId.slice(0, 100) })
    }
    return upload
  }

  /** Also finds one that is complete, since its Complete may be repeated. */
  findCompletable(key: string, uploadId: string): StoredUpload {
    const upload = this.table.find(uploadId)
    return upload !== null && upload.key === key ? upload : this.find(key, uploadId)
  }

  /**
   * The join of that upload's parts that is going on, if any. Ask again after waiting for it, in
   * the same breath as whatever must not meet one: another may have begun.
   */
  joining(uploadId: string): Promise<unknown> | undefined {
    return this.#joining.get(uploadId)
  }

  /**
   * Makes a finished work file a part; the part that had this number before is gone. Rejects before
   * that or not at all.
   */
  async putPart(
    key: string,
    uploadId: string,
    part: Omit<StoredPart, 'file' | 'modifiedMs'>,
    finishedFile: string,
  ): Promise<StoredPart> {
    while (this.joining(uploadId) !== undefined) await this.joining(uploadId)
    this.find(key, uploadId)
    const stored = { ...part, file: finishedFile, modifiedMs: this.#now() }
    const before = this.table.part(uploadId, part.partNumber)
    this.table.putPart(uploadId, stored)
    if (before !== null) await this.#removeParts([before])
    return stored
  }

  async abort(key: string, uploadId: string): Promise<void> {
    while (this.joining(uploadId) !== undefined) await this.joining(uploadId)
    this.find(key, uploadId)
    const parts = this.#allParts(uploadId)
    this.table.remove(uploadId)
    await this.#removeParts(parts)
  }

  /**
   * Checks at once and throws what is wrong with the list; the returned work then joins the files,
   * which takes time for large objects.
   */
  prepareCompletion(
    upload: StoredUpload,
    write: PendingWrite,
    completion: Completion,
  ): () => Promise<StoredObject> {
    const parts = checkedParts(upload, this.#allParts(upload.uploadId), completion.parts)
    const byteLength = parts.reduce((sum, part) => sum + part.byteLength, 0)
    if (completion.expectedBytes !== null && completion.expectedBytes !== byteLength) {
      throw new S3Error(
        'InvalidRequest',
        "The provided 'x-amz-mp-object-size' header does not match what was computed.",
      )
    }
    const checksums = parts.map((part) => ({ value: part.checksum, byteLength: part.byteLength }))
    const checksum = checksumOfParts(upload.algorithm, upload.checksumType, checksums)
    if (completion.expectedChecksum !== null && completion.expectedChecksum !== checksum.value) {
      throw new S3Error(
        'BadDigest',
        `The ${upload.algorithm} you specified did not match the calculated checksum.`,
      )
    }
    const object = {
      key: upload.key,
      byteLength,
      etag: multipartEtag(parts),
      headers: upload.headers,
      checksum,
      partBytes: parts.map((part) => part.byteLength),
    }
    return () => this.#exclusively(upload.uploadId, () => this.#join(upload, write, parts, object))
  }

  async #join(
    upload: StoredUpload,
    write: PendingWrite,
    parts: readonly StoredPart[],
    object: Omit<Parameters<ObjectStore['put']>[1], 'finishedFile'>,
  ): Promise<StoredObject> {
    const [first] = parts
    if (first === undefined) throw new RangeError('An upload has at least one part')
    await joinParts(
      parts.map(({ file, byteLength }) => ({ file: this.#files.absolute(file), byteLength })),
    )
    const others = this.#allParts(upload.uploadId).filter(({ file }) => file !== first.file)
    const finished = { ...object, finishedFile: first.file }
    const stored = await this.#objects.put(write, finished, (put) => {
      const { etag, versionId, checksum } = put
      this.table.finish(upload.uploadId, JSON.stringify({ etag, versionId, checksum }))
    })
    await this.#removeParts(others)
    return stored
  }

  async #exclusively<T>(uploadId: string, work: () => Promise<T>): Promise<T> {
    const working = work()
    // Whoever waits only wants to know when it is over; how it ended is the caller's to hear.
    const over = working.then(
      () => undefined,
      () => undefined,
    )
    this.#joining.set(uploadId, over)
    try {
      return await working
    } finally {
      this.#joining.delete(uploadId)
    }
  }

  #allParts(uploadId: string): StoredPart[] {
    return this.table.parts(uploadId, 0, Number.MAX_SAFE_INTEGER)
  }

  async #removeParts(parts: readonly StoredPart[]): Promise<void> {
    await Promise.all(parts.map(({ file }) => this.#files.remove(file)))
  }
}
