import { createHash, randomBytes } from 'node:crypto'
import {
  CreateMultipartUploadCommand,
  type CreateMultipartUploadCommandInput,
  UploadPartCommand,
  type UploadPartCommandInput,
  type UploadPartCommandOutput,
} from '@aws-sdk/client-s3'
import type { ChecksumAlgorithm } from '../../contract/checksum.ts'
import type { Failure } from '../../contract/failure/kinds.ts'
import { isDenied } from '../../contract/failure/s3-failure.ts'
import { failed, type Outcome, succeeded } from '../../contract/outcome.ts'
import { abortMultipart, abortUntilGone } from '../s3/abort-multipart.ts'
import { announcedChecksums, checksumField } from '../s3/checksum-headers.ts'
import type { StoreUpload } from '../s3/list-parts.ts'
import { listUploads } from '../s3/list-uploads.ts'
import type { ObjectFields } from '../s3/put-headers.ts'
import { type S3Store, sendToStore } from '../s3/request.ts'

const BODY = '123456789'

/**
 * Checksums of the body above; the CRCs are the check values from their catalogue:
 * reveng.sourceforge.io/crc-catalogue
 */
const CHECKSUMS: Record<ChecksumAlgorithm, Buffer> = {
  crc64nvme: Buffer.from('ae8b14860a799888', 'hex'),
  crc32c: Buffer.from('e3069283', 'hex'),
  sha256: createHash('sha256').update(BODY).digest(),
  md5: createHash('md5').update(BODY).digest(),
}

/** Long enough for a healthy store; closing Ferry must not wait for one that is not. */
const CLEAN_MS = 10_000

/** @param extension with its dot, where a firewall or proxy in front of a store may check it. */
export function probeKeyBelow(prefix: string, extension = ''): string {
  const name = `.ferry-check-${randomBytes(8).toString('hex')}`
  return `${prefix}${name}${extension === '' ? '' : `-as${extension}`}`
}

/**
 * Multipart uploads that probe a store. They get parts of a few bytes, and none is completed here,
 * so no object is ever made.
 */
export class IntegrityProbe {
  readonly #store: S3Store
  readonly #key: string
  readonly #begun = new Set<string>()
  #isBeginningLost: boolean

  /** @param isUsed the key was probed before, with an unknown result. */
  constructor(store: S3Store, key: string, isUsed: boolean) {
    this.#store = store
    this.#key = key
    this.#isBeginningLost = isUsed
  }

  /**
   * Begins an upload with that algorithm and returns the upload ID. `null`: without naming
   * checksums.
   * @param fields what the object would have besides its bytes.
   */
  async begin(
    algorithm: ChecksumAlgorithm | null,
    signal: AbortSignal,
    fields: ObjectFields = {},
  ): Promise<Outcome<string>> {
    const announced = announcedChecksums(algorithm)
    const begun = await this.#create({ ...fields, ...announced }, signal)
    const { ChecksumType: type, ...untyped } = announced
    const isRefused = !begun.ok && begun.failure.kind === 'store-refused'
    return isRefused && type !== undefined ? this.#create({ ...fields, ...untyped }, signal) : begun
  }

  async #create(
    announced: Partial<CreateMultipartUploadCommandInput>,
    signal: AbortSignal,
  ): Promise<Outcome<string>> {
    const command = new CreateMultipartUploadCommand({ ...this.#place(), ...announced })
    const wasLostBefore = this.#isBeginningLost
    this.#isBeginningLost = true
    const created = await sendToStore(
      this.#store,
      (client, options) => client.send(command, options),
      {
        signal,
        isOnce: true,
      },
    )
    if (!created.ok && !isDefinite(created.failure)) return created
    this.#isBeginningLost = wasLostBefore
    if (!created.ok) return created
    const { UploadId } = created.value
    if (UploadId === undefined) {
      return failed({
        kind: 'answer-unreadable',
        host: new URL(this.#store.destination.endpoint).host,
      })
    }
    this.#begun.add(UploadId)
    return succeeded(UploadId)
  }

  /** Sends the same few bytes with a correct checksum, a wrong one or none. */
  async part(
    UploadId: string,
    PartNumber: number,
    checksum: Partial<UploadPartCommandInput>,
    signal: AbortSignal,
  ): Promise<Outcome<UploadPartCommandOutput>> {
    const command = new UploadPartCommand({
      ...this.#place(),
      UploadId,
      PartNumber,
      Body: BODY,
      ...checksum,
    })
    // Like the page's URLs: a hash of the body in the signature would be a check of its own.
    command.middlewareStack.add(
      (next) => (args) => {
        const { headers } = args.request as { headers: Record<string, string> }
        headers['x-amz-content-sha256'] = 'UNSIGNED-PAYLOAD'
        return next(args)
      },
      { step: 'build', name: 'ferryUnsignedPayload' },
    )
    return sendToStore(this.#store, (client, options) => client.send(command, options), { signal })
  }

  /** The first upload that is not aborted yet; null: there is none. */
  get firstBegun(): string | null {
    const [first = null] = this.#begun
    return first
  }

  /**
   * Aborts everything that was begun, and asks whether it is gone. Uploads that these access keys
   * may not remove, or that the store cannot, are left to the bucket's rules; no answer is a
   * failure.
   */
  async clean(signal = AbortSignal.timeout(CLEAN_MS)): Promise<Outcome<null>> {
    if (this.#isBeginningLost) {
      const found = await this.#findLost(signal)
      if (!found.ok) return found
    }
    // All at the same time: a store that still lists aborted uploads takes seconds for each.
    const gone = await Promise.all([...this.#begun].map((each) => this.abort(each, signal)))
    return gone.find((each) => !each.ok) ?? succeeded(null)
  }

  /** Fails with `stalled` when `signal` ends it. */
  async abort(storeUploadId: string, signal: AbortSignal): Promise<Outcome<null>> {
    const gone = await abortIfAllowed(this.#store, { key: this.#key, storeUploadId }, signal)
    if (!gone.ok && signal.aborted) return failed({ kind: 'stalled' })
    const isStuck = !gone.ok && gone.failure.kind === 'busy'
    if (!gone.ok && !isStuck && !isDefinite(gone.failure)) return gone
    this.#begun.delete(storeUploadId)
    return succeeded(null)
  }

  /** The key is random, so every upload under it is ours. */
  async #findLost(signal: AbortSignal): Promise<Outcome<null>> {
    const listed = await listUploads(this.#store, this.#key, signal)
    if (!listed.ok) return isDefinite(listed.failure) ? succeeded(null) : listed
    for (const { key, storeUploadId } of listed.value) {
      if (key === this.#key) this.#begun.add(storeUploadId)
    }
    return succeeded(null)
  }

  #place() {
    return { Bucket: this.#store.destination.bucket, Key: this.#key }
  }
}

/** Access keys that may not abort would make it ask repeatedly whether the parts are gone. */
export async function abortIfAllowed(
  store: S3Store,
  upload: StoreUpload,
  signal: AbortSignal,
): Promise<Outcome<null>> {
  const first = await abortMultipart(store, upload, signal)
  if (!first.ok && isDenied(first.failure)) return first
  return abortUntilGone(store, upload, signal)
}

/** A checksum that a store has to accept if it accepts any: see `ProbeObject.put`. */
export const PLAIN_CHECKSUM = probeChecksum('md5', 'right')

/**
 * The checksum to send with the part; a wrong one is as long as the right one, but for other bytes.
 */
export function probeChecksum(
  algorithm: ChecksumAlgorithm,
  truth: 'right' | 'wrong',
): Partial<UploadPartCommandInput> {
  const bytes =
    truth === 'right' ? CHECKSUMS[algorithm] : CHECKSUMS[algorithm].map((byte) => byte ^ 0xff)
  return checksumField(algorithm, Buffer.from(bytes).toString('base64'))
}

/**
 * The store has examined the request and refused it. Silence and 5xx say nothing about the request,
 * nor do reports about the store's own state: a quota, a full disk, an account.
 */
export function isDefinite({ kind }: Failure): boolean {
  return DEFINITE.has(kind)
}

const DEFINITE: ReadonlySet<Failure['kind']> = new Set([
  'body-corrupted',
  'store-refused',
  'access-denied',
  'explicitly-denied',
  'encryption-key-denied',
  'acl-refused',
  'credentials-rejected',
  'upload-gone',
])
