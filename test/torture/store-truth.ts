import { createHash } from 'node:crypto'
import {
  AbortMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  NoSuchUpload,
  NotFound,
  S3Client,
} from '@aws-sdk/client-s3'
import { TOKEN_METADATA } from '../../electron/core/s3/head-object.ts'

/** The address of an S3 bucket and the access keys for it. */
export interface BucketAccess {
  readonly endpoint: string
  readonly region: string
  readonly bucket: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

export interface UnfinishedUpload {
  readonly key: string
  readonly storeUploadId: string
}

export interface ObjectFacts {
  readonly byteLength: number
  /** Identifies the upload that wrote the object. */
  readonly token: string | null
}

/** Queries the store directly, without Ferry and without the proxy. */
export class StoreTruth {
  readonly #client: S3Client
  readonly #bucket: string

  constructor(access: BucketAccess) {
    this.#bucket = access.bucket
    this.#client = new S3Client({
      endpoint: access.endpoint,
      region: access.region,
      forcePathStyle: true,
      credentials: { accessKeyId: access.accessKeyId, secretAccessKey: access.secretAccessKey },
      responseChecksumValidation: 'WHEN_REQUIRED',
    })
  }

  async keys(): Promise<string[]> {
    const keys: string[] = []
    let token: string | undefined
    do {
      const page = await this.#client.send(
        new ListObjectsV2Command({ Bucket: this.#bucket, ContinuationToken: token }),
      )
      for (const { Key } of page.Contents ?? []) if (Key !== undefined) keys.push(Key)
      token = page.NextContinuationToken
    } while (token !== undefined)
    return keys
  }

  /**
   * Neither complete nor aborted. One page contains a thousand, far more than a run has at a time.
   */
  async unfinished(): Promise<UnfinishedUpload[]> {
    const { Uploads = [] } = await this.#client.send(
      new ListMultipartUploadsCommand({ Bucket: this.#bucket }),
    )
    return Uploads.map(({ Key = '', UploadId = '' }) => ({ key: Key, storeUploadId: UploadId }))
  }

  /** Null when there is no such object. */
  async object(key: string): Promise<ObjectFacts | null> {
    try {
      const head = await this.#client.send(
        new HeadObjectCommand({ Bucket: this.#bucket, Key: key }),
      )
      return {
        byteLength: head.ContentLength ?? -1,
        token: head.Metadata?.[TOKEN_METADATA] ?? null,
      }
    } catch (error) {
      if (error instanceof NotFound) return null
      throw error
    }
  }

  /** The SHA-256 of the downloaded object. */
  async sha256(key: string): Promise<string> {
    const { Body } = await this.#client.send(
      new GetObjectCommand({ Bucket: this.#bucket, Key: key }),
    )
    const hash = createHash('sha256')
    const pieces = Body as AsyncIterable<Uint8Array> | undefined
    for await (const piece of pieces ?? []) hash.update(piece)
    return hash.digest('hex')
  }

  /** Aborts the upload, as a lifecycle rule does. It may have been completed just now. */
  async forget({ key, storeUploadId }: UnfinishedUpload): Promise<void> {
    const upload = { Bucket: this.#bucket, Key: key, UploadId: storeUploadId }
    try {
      await this.#client.send(new AbortMultipartUploadCommand(upload))
    } catch (error) {
      if (!(error instanceof NoSuchUpload)) throw error
    }
  }

  async remove(key: string): Promise<void> {
    await this.#client.send(new DeleteObjectCommand({ Bucket: this.#bucket, Key: key }))
  }

  close(): void {
    this.#client.destroy()
  }
}
