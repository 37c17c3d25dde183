import type { Checksum } from '../http/checksums.ts'

/** The version id of everything that was written while the bucket kept no versions. */
export const NULL_VERSION = 'null'

/** One version of an object, or the mark that it was deleted. */
export interface StoredObject {
  readonly key: string
  readonly versionId: string
  readonly isLatest: boolean
  /** A delete marker has no bytes, no file and no ETag. */
  readonly isMarker: boolean
  /** The stored path, such as `objects/photos/a.jpg` or `work/5f…`. */
  readonly file: string
  readonly byteLength: number
  /** Without quotes. */
  readonly etag: string
  readonly modifiedMs: number
  /** Of the file as it was placed: another time or length means that somebody changed it. */
  readonly fileTimeMs: number
  /** Answered with every GET and HEAD: Content-Type and its like, and `x-amz-meta-*`. */
  readonly headers: Readonly<Record<string, string>>
  readonly checksum: Checksum | null
  /** Lengths of the parts it was made of; empty when it came in one PUT. */
  readonly partBytes: readonly number[]
}

/** What a write brings; the rest is the store's to say. */
export interface NewObject
  extends Pick<StoredObject, 'key' | 'byteLength' | 'etag' | 'headers' | 'checksum' | 'partBytes'> {
  /** The stored path of the finished file; it becomes the object's. */
  readonly finishedFile: string
}
