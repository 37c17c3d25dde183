import { createHash } from 'node:crypto'
import { type FileHandle, open } from 'node:fs/promises'
import type { DatabaseSync } from 'node:sqlite'
import { S3_LIMITS } from '../../contract/limits.ts'
import { retryWhileHeld } from '../../files/replace-file.ts'
import { checksumOfParts } from '../http/checksums.ts'
import { S3Error } from '../http/errors.ts'
import type { StoredObject } from '../index/stored-object.ts'
import { type StoredPart, type StoredUpload, UploadTable } from '../index/upload-table.ts'
import { type ObjectFiles, randomName } from '../objects/object-files.ts'
import type { ObjectStore, PendingWrite } from '../objects/object-store.ts'

export interface Completion {
  readonly parts: readonly ListedPart[]
  /** The length that the client expects; null when it sent none. */
  readonly expectedBytes: number | null
  /** The object checksum that the client expects; null when it sent none. */
  readonly expectedChecksum: string | null
}

/** Multipart uploads: index and files together. */
export class UploadStore {
  readonly table: UploadTable
  readonly #files: ObjectFiles
  readonly #objects: ObjectStore
  readonly #now: () => number
  /** Uploads whose parts are being joined and must not change. */
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

  /** The unfinished upload with this id and key. The id is looked up and never used as a path. */
  find(key: string, uploadId: string): StoredUpload {
    const upload = this.table.find(uploadId)
    if (upload === null || upload.key !== key || upload.result !== null) {
      throw new S3Error('NoSuchUpload', undefined, { UploadId: uploadId.slice(0, 100) })
    }
    return upload
  }

  /** Also finds a completed upload, because CompleteMultipartUpload may be repeated. */
  findCompletable(key: string, uploadId: string): StoredUpload {
    const upload = this.table.find(uploadId)
    return upload !== null && upload.key === key ? upload : this.find(key, uploadId)
  }

  /**
   * The upload's running join, if any. After waiting for it, check again synchronously before
   * acting, because another one may have started.
   */
  joining(uploadId: string): Promise<unknown> | undefined {
    return this.#joining.get(uploadId)
  }

  /**
   * Makes a finished work file a part and replaces an earlier part of the same number, or rejects
   * and changes nothing.
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
   * Throws at once if the list is wrong. The returned function joins the files, which takes time
   * for large objects.
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
    // Waiters only need the end of the join; the caller gets its result.
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

/** A part as the client lists it in CompleteMultipartUpload. */
export interface ListedPart {
  readonly partNumber: number
  /** Without quotes. */
  readonly etag: string
  /** Computed with the upload's algorithm; null when the client did not send it. */
  readonly checksum: string | null
}

/**
 * The stored parts that the client listed, after checking the list.
 * Source: docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html
 */
function checkedParts(
  upload: StoredUpload,
  stored: readonly StoredPart[],
  named: readonly ListedPart[],
): StoredPart[] {
  const byNumber = new Map(stored.map((part) => [part.partNumber, part]))
  let before = 0
  const parts = named.map((each) => {
    if (each.partNumber <= before) throw new S3Error('InvalidPartOrder')
    before = each.partNumber
    const part = byNumber.get(each.partNumber)
    if (part === undefined || part.etag !== each.etag || hasOtherChecksum(each, part)) {
      throw new S3Error('InvalidPart', undefined, {
        UploadId: upload.uploadId,
        PartNumber: String(each.partNumber),
        ETag: each.etag.slice(0, 100),
      })
    }
    if (each.checksum === null && upload.isExplicit && upload.checksumType === 'COMPOSITE') {
      throw new S3Error(
        'InvalidRequest',
        `The upload was created using a ${upload.algorithm.toLowerCase()} checksum. The complete ` +
          'request must include the checksum for each part. It was missing for part ' +
          `${each.partNumber} in the request.`,
      )
    }
    return part
  })
  refuseSmall(parts)
  return parts
}

/** The MD5 of the parts' MD5s, followed by their number. */
function multipartEtag(parts: readonly StoredPart[]): string {
  const hash = createHash('md5')
  for (const part of parts) hash.update(part.etag, 'hex')
  return `${hash.digest('hex')}-${parts.length}`
}

function hasOtherChecksum(named: ListedPart, part: StoredPart): boolean {
  return named.checksum !== null && named.checksum !== part.checksum
}

function refuseSmall(parts: readonly StoredPart[]): void {
  const small = parts.slice(0, -1).find((part) => part.byteLength < S3_LIMITS.minPartBytes)
  if (small === undefined) return
  throw new S3Error('EntityTooSmall', undefined, {
    ProposedSize: String(small.byteLength),
    MinSizeAllowed: String(S3_LIMITS.minPartBytes),
    PartNumber: String(small.partNumber),
    ETag: small.etag,
  })
}

/** A part's file and its length according to the index. */
interface PartFile {
  readonly file: string
  readonly byteLength: number
}

/** Joining needs two of these buffers, however large the object is. */
const BUFFER_BYTES = 4 * 1024 * 1024

/**
 * Appends the remaining parts to the file of the first part. The other files stay, so an
 * interrupted join loses nothing: the first file is truncated to its own length at once when
 * joining fails, or by the next attempt when the process was killed.
 */
async function joinParts(parts: readonly PartFile[]): Promise<void> {
  const [first, ...others] = parts
  if (first === undefined || others.length === 0) return
  const target = await retryWhileHeld(() => open(first.file, 'r+'))
  try {
    await target.truncate(first.byteLength)
    let end = first.byteLength
    for (const part of others) {
      await append(target, end, part)
      end += part.byteLength
    }
  } catch (error) {
    await target.truncate(first.byteLength)
    throw error
  } finally {
    await target.close()
  }
}

/** Reads the next block while the previous one is being written. */
async function append(target: FileHandle, start: number, part: PartFile): Promise<void> {
  const source = await retryWhileHeld(() => open(part.file, 'r'))
  try {
    const buffers = [Buffer.allocUnsafe(BUFFER_BYTES), Buffer.allocUnsafe(BUFFER_BYTES)] as const
    let writing: Promise<void> = Promise.resolve()
    for (let done = 0, turn = 0; done < part.byteLength; turn++) {
      const buffer = buffers[turn % 2 === 0 ? 0 : 1]
      const wanted = Math.min(BUFFER_BYTES, part.byteLength - done)
      const [{ bytesRead }] = await Promise.all([source.read(buffer, 0, wanted, done), writing])
      if (bytesRead === 0) throw new Error('A part file is shorter than the index says')
      writing = writeAt(target, buffer.subarray(0, bytesRead), start + done)
      done += bytesRead
    }
    await writing
  } finally {
    await source.close()
  }
}

async function writeAt(target: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await target.write(bytes, done, bytes.length - done, position + done)
    done += bytesWritten
  }
}
