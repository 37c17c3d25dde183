import type { Authorization, BucketKeys } from './authenticate.ts'
import type { BucketSettings } from './bucket-settings.ts'
import type { ObjectFiles } from './object-files.ts'
import type { ObjectStore } from './object-store.ts'
import type { Reply } from './reply.ts'
import type { S3Request } from './s3-request.ts'
import type { UploadStore } from './upload-store.ts'

/** The one bucket with all that is known of it. */
export interface Bucket extends BucketKeys {
  readonly name: string
  /** `http://127.0.0.1:PORT`, without a slash at the end. */
  readonly endpoint: () => string
  readonly createdAtMs: number
  readonly files: ObjectFiles
  readonly objects: ObjectStore
  readonly uploads: UploadStore
  readonly settings: BucketSettings
  readonly now: () => number
}

/** A request that was proven to be signed with the bucket's keys. */
export interface Call {
  readonly bucket: Bucket
  readonly request: S3Request
  readonly authorization: Authorization
  /** The body as it comes over the wire. May be read once. */
  readonly body: AsyncIterable<Buffer>
}

export type Operation = (call: Call) => Promise<Reply>
