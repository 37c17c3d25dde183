import { createHash } from 'node:crypto'
import { DeleteObjectCommand, GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import type { Failure } from '../../contract/failure/kinds.ts'
import { failed, type Outcome, succeeded } from '../../contract/outcome.ts'
import type { Store } from '../destinations/open-store.ts'
import { isDefinite } from '../integrity/integrity-probe.ts'
import { checksumField, checksumHeader } from '../s3/checksum-headers.ts'
import { CONDITION_HEADER, headersOfFields, objectFields } from '../s3/put-headers.ts'
import { sendToStore } from '../s3/request.ts'
import {
  failureOfAnswer,
  isSuccess,
  type PageAnswer,
  presigned,
  sendAsPage,
} from './page-request.ts'

export const PROBE_TYPE = 'text/plain'
export const PROBE_BODY = Buffer.from('Ferry checks that it may write here.')
const PROBE_MD5 = createHash('md5').update(PROBE_BODY).digest('base64')
export const PROBE_FILE = { name: 'ferry-check.txt', contentType: PROBE_TYPE, token: 'check' }

/** The object with which a check tests a store. All requests of a check use its one key. */
export class ProbeObject {
  readonly key: string
  readonly #store: Store
  /**
   * Versions that were written and not yet removed; empty text: written in a bucket without
   * versions.
   */
  readonly #written = new Set<string>()
  /** A delete marker of ours hides versions that cannot be removed. */
  #isMarked = false

  constructor(store: Store, key: string) {
    this.#store = store
    this.key = key
  }

  /** Whether a request without a version finds the object. */
  get isThere(): boolean {
    return this.#written.size > 0 && !this.#isMarked
  }

  get #place() {
    return { Bucket: this.#store.destination.bucket, Key: this.key }
  }

  /** Sends the headers of the page's own PUT; any answer of the store is a success. */
  async put(
    signal: AbortSignal,
    more: {
      readonly origin?: string
      readonly isNew?: boolean
      /** Sent along, but not covered by the signature. */
      readonly unsigned?: Readonly<Record<string, string>>
    } = {},
  ): Promise<Outcome<PageAnswer>> {
    const fields = objectFields(this.#store.destination.rules, PROBE_FILE)
    const condition = more.isNew === true ? { [CONDITION_HEADER]: '*' } : {}
    // A bucket with Object Lock accepts nothing without a checksum, and every store knows this one.
    const headers = { ...headersOfFields(fields), ...condition, [checksumHeader('md5')]: PROBE_MD5 }
    const wish = more.isNew === true ? { IfNoneMatch: '*' } : {}
    const checksum = checksumField('md5', PROBE_MD5)
    const command = new PutObjectCommand({ ...this.#place, ...fields, ...wish, ...checksum })
    const url = await presigned(this.#store, command, Object.keys(headers))
    if (!url.ok) return url
    const asked = more.origin === undefined ? {} : { origin: more.origin }
    const answer = await sendAsPage(this.#store, {
      ...{ method: 'PUT', url: url.value, headers: { ...headers, ...asked, ...more.unsigned } },
      ...{ body: PROBE_BODY, signal },
    })
    if (answer.ok && isSuccess(answer.value))
      this.noteWritten(answer.value.headers['x-amz-version-id'])
    return answer
  }

  /** For other code that writes the object. */
  noteWritten(versionId: string | undefined): void {
    this.#written.add(versionId === undefined || versionId === 'null' ? '' : versionId)
    this.#isMarked = false
  }

  /** Writes the object unless it exists. Null if it exists then. */
  async ensure(signal: AbortSignal): Promise<Failure | null> {
    if (this.isThere) return null
    const answer = await this.put(signal)
    if (!answer.ok) return answer.failure
    return isSuccess(answer.value)
      ? null
      : failureOfAnswer(this.#store, answer.value, 's3:PutObject')
  }

  /** Reads it as a share link does: signed in the URL, with the headers that a download gets. */
  async get(signal: AbortSignal): Promise<Outcome<string>> {
    const command = new GetObjectCommand({
      ...this.#place,
      ResponseContentType: PROBE_TYPE,
      ResponseContentDisposition: 'attachment; filename="ferry-check.txt"',
    })
    const url = await presigned(this.#store, command)
    if (!url.ok) return url
    const answer = await sendAsPage(this.#store, { method: 'GET', url: url.value, signal })
    if (!answer.ok) return answer
    if (!isSuccess(answer.value))
      return failed(failureOfAnswer(this.#store, answer.value, 's3:GetObject'))
    return succeeded(answer.value.text)
  }

  /**
   * Removes every version that was written; a plain delete would keep them all and add a marker.
   */
  async remove(signal: AbortSignal): Promise<Outcome<null>> {
    for (const versionId of this.#written) {
      const removed = await removeVersion(this.#store, this.key, versionId, signal)
      if (!removed.ok) return this.#hidden(removed, signal)
      this.#written.delete(versionId)
    }
    return succeeded(null)
  }

  /** Hides a version that cannot be removed, because of these keys or the bucket's retention. */
  async #hidden(refused: Outcome<null>, signal: AbortSignal): Promise<Outcome<null>> {
    const isRefused = !refused.ok && isDefinite(refused.failure)
    if (isRefused && !this.#written.has('') && !this.#isMarked) {
      const command = new DeleteObjectCommand(this.#place)
      const marked = await sendToStore(
        this.#store,
        (client, options) => client.send(command, options),
        {
          signal,
        },
      )
      this.#isMarked = marked.ok && marked.value.DeleteMarker === true
    }
    return refused
  }
}

/**
 * @param versionId empty: the object of a bucket without versions. If versioning was switched on
 * meanwhile, the delete creates a marker, which is removed too.
 */
export async function removeVersion(
  store: Store,
  key: string,
  versionId: string,
  signal: AbortSignal,
): Promise<Outcome<null>> {
  const place = { Bucket: store.destination.bucket, Key: key }
  const version = versionId === '' ? {} : { VersionId: versionId }
  const command = new DeleteObjectCommand({ ...place, ...version })
  const deleted = await sendToStore(store, (client, options) => client.send(command, options), {
    signal,
  })
  if (!deleted.ok) return deleted
  const { DeleteMarker: isMarker, VersionId: marker } = deleted.value
  if (versionId !== '' || isMarker !== true || marker === undefined) return succeeded(null)
  return removeVersion(store, key, marker, signal)
}
