import { randomBytes } from 'node:crypto'
import {
  AbortMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3'
import type { Failure } from '../../contract/failure.ts'
import { ask, type Store } from '../store/store.ts'

/** Any bytes do. */
const BODY = 'Ferry checks that it may write here.'

/** An object with which a destination is tried out; every method answers what went wrong, or null. */
export class Probe {
  readonly key: string
  readonly body = BODY
  readonly #store: Store
  readonly #place: { readonly Bucket: string; readonly Key: string }

  constructor(store: Store) {
    const { bucket, prefix } = store.destination
    this.key = `${prefix}.ferry-check-${randomBytes(8).toString('hex')}`
    this.#store = store
    this.#place = { Bucket: bucket, Key: this.key }
  }

  async write(): Promise<Failure | null> {
    const command = new PutObjectCommand({
      ...this.#place,
      Body: BODY,
      ContentType: 'text/plain',
    })
    const put = await ask(this.#store, (client, options) => client.send(command, options))
    if (!put.ok) return put.failure
    // A web server that says yes to everything is no store.
    return put.value.ETag ? null : this.#notS3()
  }

  async multipart(): Promise<Failure | null> {
    const create = new CreateMultipartUploadCommand(this.#place)
    const created = await ask(this.#store, (client, options) => client.send(create, options))
    if (!created.ok) return created.failure
    const { UploadId } = created.value
    if (UploadId === undefined) return this.#notS3()
    const abort = new AbortMultipartUploadCommand({ ...this.#place, UploadId })
    const aborted = await ask(this.#store, (client, options) => client.send(abort, options))
    return aborted.ok ? null : aborted.failure
  }

  async read(): Promise<Failure | null> {
    const got = await ask(this.#store, async (client, options) => {
      const answer = await client.send(new GetObjectCommand(this.#place), options)
      return answer.Body?.transformToString()
    })
    if (!got.ok) return got.failure
    return got.value === BODY ? null : { kind: 'body-corrupted' }
  }

  async delete(): Promise<Failure | null> {
    const command = new DeleteObjectCommand(this.#place)
    const deleted = await ask(this.#store, (client, options) => client.send(command, options))
    return deleted.ok ? null : deleted.failure
  }

  #notS3(): Failure {
    return { kind: 'not-s3', host: new URL(this.#store.destination.endpoint).host }
  }
}
