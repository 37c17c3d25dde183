import type { Checksum } from '../http/checksums.ts'

/** The version id of objects that were written without versioning. */
export const NULL_VERSION = 'null'

/** One version of an object, or a delete marker. */
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
  /** The file's time when it was stored; the file was changed if its time or length differs. */
  readonly fileTimeMs: number
  /** Sent with every GET and HEAD: Content-Type and similar headers, and `x-amz-meta-*`. */
  readonly headers: Readonly<Record<string, string>>
  readonly checksum: Checksum | null
  /** Lengths of the object's parts; empty when it was stored by one PUT. */
  readonly partBytes: readonly number[]
}

/** The properties that a write supplies; the store adds the rest. */
export interface NewObject
  extends Pick<StoredObject, 'key' | 'byteLength' | 'etag' | 'headers' | 'checksum' | 'partBytes'> {
  /** The stored path of the finished file, which becomes the object's file. */
  readonly finishedFile: string
}
