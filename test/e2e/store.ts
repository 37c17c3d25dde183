import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  AbortMultipartUploadCommand,
  GetObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  PutBucketCorsCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { onTestFinished } from 'vitest'
import type { BucketAccess, WhenOver } from './ferry.ts'

/** The access keys of the bucket on this computer, read from the host's files. */
export async function localBucketAccess(dataFolder: string): Promise<BucketAccess> {
  const file = await readFile(join(dataFolder, 'local-bucket', 'bucket.json'), 'utf8')
  const state = JSON.parse(file) as BucketAccess & { readonly port: number }
  return { ...state, endpoint: `http://127.0.0.1:${state.port}` }
}

/** Queries the store directly, without Ferry. */
export class Store {
  readonly endpoint: string
  readonly #client: S3Client
  readonly #bucket: string

  constructor(access: BucketAccess, whenOver: WhenOver = onTestFinished) {
    this.endpoint = access.endpoint
    this.#bucket = access.bucket
    this.#client = new S3Client({
      endpoint: access.endpoint,
      region: access.region,
      forcePathStyle: true,
      credentials: { accessKeyId: access.accessKeyId, secretAccessKey: access.secretAccessKey },
    })
    whenOver(() => this.#client.destroy())
  }

  /** Every object's key, sorted. */
  async keys(): Promise<string[]> {
    const { Contents = [] } = await this.#client.send(
      new ListObjectsV2Command({ Bucket: this.#bucket }),
    )
    return Contents.map(({ Key = '' }) => Key).sort()
  }

  /** Every object's bytes as text, by object key. */
  async texts(): Promise<Map<string, string>> {
    const texts = new Map<string, string>()
    for (const Key of await this.keys()) {
      const { Body } = await this.#client.send(new GetObjectCommand({ Bucket: this.#bucket, Key }))
      texts.set(Key, (await Body?.transformToString()) ?? '')
    }
    return texts
  }

  /** Keys of the multipart uploads that are neither complete nor aborted. */
  async unfinishedKeys(): Promise<string[]> {
    return (await this.#unfinished()).map(({ Key = '' }) => Key).sort()
  }

  /** Numbers of the parts that the store has of the one unfinished upload. */
  async heldParts(): Promise<number[]> {
    const [upload] = await this.#unfinished()
    if (upload === undefined) return []
    const { Parts = [] } = await this.#client.send(
      new ListPartsCommand({
        Bucket: this.#bucket,
        Key: upload.Key,
        UploadId: upload.UploadId,
      }),
    )
    return Parts.map(({ PartNumber = 0 }) => PartNumber)
  }

  /** Aborts unfinished uploads, like a lifecycle rule. */
  async abortUnfinished(): Promise<void> {
    for (const { Key, UploadId } of await this.#unfinished()) {
      const upload = { Bucket: this.#bucket, Key, UploadId }
      await this.#client.send(new AbortMultipartUploadCommand(upload))
    }
  }

  /** Sets the CORS rule that a page needs for uploads. */
  async allowOrigin(origin: string): Promise<void> {
    const rule = {
      AllowedOrigins: [origin],
      AllowedMethods: ['PUT'],
      AllowedHeaders: ['*'],
      ExposeHeaders: ['ETag'],
    }
    await this.#client.send(
      new PutBucketCorsCommand({
        Bucket: this.#bucket,
        CORSConfiguration: { CORSRules: [rule] },
      }),
    )
  }

  async #unfinished() {
    const { Uploads = [] } = await this.#client.send(
      new ListMultipartUploadsCommand({ Bucket: this.#bucket }),
    )
    return Uploads
  }
}
