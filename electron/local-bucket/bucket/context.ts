import type { Authorization, BucketKeys } from '../auth/authenticate.ts'
import type { Reply } from '../http/reply.ts'
import type { S3Request } from '../http/s3-request.ts'
import type { BucketSettings } from '../index/bucket-settings.ts'
import type { UploadStore } from '../multipart/upload-store.ts'
import type { ObjectFiles } from '../objects/object-files.ts'
import type { ObjectStore } from '../objects/object-store.ts'

export interface Bucket extends BucketKeys {
  readonly name: string
  /** `http://127.0.0.1:PORT`, without a trailing slash. */
  readonly endpoint: () => string
  readonly createdAtMs: number
  readonly files: ObjectFiles
  readonly objects: ObjectStore
  readonly uploads: UploadStore
  readonly settings: BucketSettings
  readonly now: () => number
}

/** A request whose signature was verified with the bucket's keys. */
export interface Call {
  readonly bucket: Bucket
  readonly request: S3Request
  readonly authorization: Authorization
  /** The raw body. It can be read once. */
  readonly body: AsyncIterable<Buffer>
}

export type Operation = (call: Call) => Promise<Reply>
