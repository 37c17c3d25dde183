import { randomUUID } from 'node:crypto'
import { request } from 'node:http'
import {
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  type S3Client,
} from '@aws-sdk/client-s3'
import { onTestFinished } from 'vitest'
import type { CheckFix, CheckId, CheckReport } from '../../electron/contract/commands/checks.ts'
import type { Destination } from '../../electron/contract/commands/destinations.ts'
import type {
  PreparedUpload,
  SignedPart,
  UploadRecord,
} from '../../electron/contract/commands/uploads.ts'
import type { DestinationDraft } from '../../electron/contract/destination-draft.ts'
import type { UploadId } from '../../electron/contract/ids.ts'
import type { ProviderId } from '../../electron/contract/providers/provider.ts'
import type { CorePorts } from '../../electron/core/ports.ts'
import { CoreHarness } from '../fakes/core-harness.ts'
import { FaultyHttp, loseAnswer, loseRequest } from '../fakes/faulty-http.ts'
import { TYPED_KEYS } from '../fakes/typed-keys.ts'
import { clientOf } from '../local-bucket/conformance/store.ts'
import type { StoreUnderTest, TestBucket } from './buckets.ts'

/** Ferry's real core, connected to a bucket of a real store, with the calls that a page makes. */
export class FerryOnStore {
  readonly http: FaultyHttp
  readonly bucket: TestBucket
  readonly destination: Destination
  /** The draft as it was filled in, including the secret. */
  readonly #draft: DestinationDraft
  /** Another client of the same store. */
  readonly client: S3Client
  harness: CoreHarness

  private constructor(
    http: FaultyHttp,
    bucket: TestBucket,
    draft: DestinationDraft,
    destination: Destination,
    harness: CoreHarness,
  ) {
    this.http = http
    this.#draft = draft
    this.bucket = bucket
    this.destination = destination
    this.harness = harness
    this.client = clientOf(bucket.store, { requestChecksumCalculation: 'WHEN_REQUIRED' })
  }

  /**
   * Removed after the test together with the bucket. `filledIn`: form values that differ from the
   * usual ones.
   */
  static async on(
    store: StoreUnderTest,
    filledIn: (bucket: TestBucket) => Promise<Partial<DestinationDraft>> = async () => ({}),
    ports: Partial<CorePorts> = {},
  ): Promise<FerryOnStore> {
    const bucket = await store.open()
    onTestFinished(bucket.discard)
    const http = new FaultyHttp()
    const harness = await CoreHarness.start({ storeHttp: http.storeHttp, ...ports })
    const draft = { ...draftOf(bucket, store.kind), ...(await filledIn(bucket)) }
    const { destination } = await harness.must('saveDestination', draft)
    const ferry = new FerryOnStore(http, bucket, draft, destination, harness)
    onTestFinished(async () => {
      ferry.client.destroy()
      await ferry.harness.close()
    })
    return ferry
  }

  /**
   * Like a restart after a crash of the host. The secret was only in memory, so it is entered
   * again.
   */
  async restart(): Promise<void> {
    this.harness = await this.harness.restart({ storeHttp: this.http.storeHttp })
    await this.harness.must('saveDestination', this.#saved())
  }

  check(): Promise<CheckReport> {
    const checkId = randomUUID() as CheckId
    return this.harness.must('checkDestination', { checkId, draft: this.#saved() })
  }

  applyFix(fix: CheckFix | null): Promise<unknown> {
    if (fix === null) throw new Error('No fix')
    return this.harness.must('applyFix', { draft: this.#saved(), fix })
  }

  #saved(): DestinationDraft {
    return { ...this.#draft, destinationId: this.destination.destinationId }
  }

  /** Queues a file whose bytes only the test has, and begins its upload. */
  async begin(name: string, bytes: Uint8Array, partBytes: number | null) {
    const { uploadId } = await this.harness.queueBytes(this.destination, name, bytes)
    const prepared = await this.prepare(uploadId, partBytes)
    return { uploadId, prepared }
  }

  prepare(uploadId: UploadId, partBytes: number | null = null): Promise<PreparedUpload> {
    return this.harness.prepared(uploadId, partBytes)
  }

  async sign(uploadId: UploadId, partNumber: number, checksum: string): Promise<SignedPart> {
    const parts = [{ partNumber, checksum }]
    return this.harness.only(await this.harness.must('signParts', { uploadId, parts }))
  }

  complete(uploadId: UploadId): Promise<UploadRecord> {
    return this.harness.must('completeUpload', { uploadId })
  }

  /** The next Complete reaches the store, but its answer is lost, and all later requests fail. */
  hearNothingOfComplete(): void {
    this.http.next('complete', (request, send) => {
      this.http.next('head', loseRequest).next('head', loseRequest)
      this.http.next('list-parts', loseRequest).next('list-parts', loseRequest)
      return loseAnswer(request, send)
    })
  }

  /** The objects and unfinished uploads that the store lists. */
  async stored(): Promise<{ readonly keys: string[]; readonly unfinished: string[] }> {
    const Bucket = this.bucket.store.bucket
    const { Contents = [] } = await this.client.send(new ListObjectsV2Command({ Bucket }))
    const { Uploads = [] } = await this.client.send(new ListMultipartUploadsCommand({ Bucket }))
    return {
      keys: Contents.map(({ Key = '' }) => Key),
      unfinished: Uploads.map(({ Key = '' }) => Key),
    }
  }
}

/** Sends a signed PUT exactly as it was signed. */
export async function put({ url, headers }: SignedPart, body: Uint8Array) {
  const answer = await fetch(url, { method: 'PUT', headers, body: new Uint8Array(body) })
  await answer.arrayBuffer()
  return { status: answer.status, etag: answer.headers.get('etag') }
}

/** Breaks the connection in the middle of the body. */
export function putHalf({ url, headers }: SignedPart, body: Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    const sending = request(url, {
      method: 'PUT',
      headers: { ...headers, 'content-length': body.byteLength },
      agent: false,
    })
    sending.on('error', () => undefined)
    sending.on('close', resolve)
    sending.write(body.subarray(0, body.byteLength / 2), () => sending.destroy())
  })
}

export async function bytesBehind(url: string | undefined): Promise<Buffer> {
  if (url === undefined) throw new Error('No link')
  return Buffer.from(await (await fetch(url)).arrayBuffer())
}

/** The provider decides how many parts an upload may have. */
const PROVIDERS: Record<StoreUnderTest['kind'], ProviderId> = {
  local: 'minio',
  'ceph-16': 'ceph',
  other: 'other',
}

function draftOf({ store }: TestBucket, kind: StoreUnderTest['kind']): DestinationDraft {
  const { accessKeyId, secretAccessKey } = store.credentials
  return {
    ...TYPED_KEYS,
    destinationId: null,
    name: '',
    provider: PROVIDERS[kind],
    endpoint: store.endpoint,
    region: store.region,
    bucket: store.bucket,
    prefix: '',
    pathStyle: true,
    accessKeyId,
    secretAccessKey,
    sessionToken: '',
    keepSecret: false,
  }
}
