import { ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3'
import type { Failure } from '../../contract/failure/kinds.ts'
import { isDenied } from '../../contract/failure/s3-failure.ts'
import { failed, type Outcome, succeeded } from '../../contract/outcome.ts'
import type { KeySource } from './access-keys.ts'
import type { BucketAddress } from './bucket-url.ts'
import type { ServerClock } from './clock.ts'
import { failureFromError } from './request-failure.ts'

/** A bucket that requests can be sent to, with the access keys that sign them. */
export interface S3Store<Bucket extends BucketAddress = BucketAddress> {
  readonly destination: Bucket
  readonly keys: KeySource
  readonly client: S3Client
  /** The store's time; updated by every answer. */
  readonly clock: ServerClock
  readonly access: StoreAccess
}

export interface SendOptions {
  readonly signal?: AbortSignal
  /** For requests that must not be made twice: the caller has to handle a lost answer. */
  readonly isOnce?: boolean
}

/** Stores refuse signatures that are more than a quarter of an hour off; some are stricter. */
const SKEW_MS = 5 * 60_000

type Request<T> = (client: S3Client, options: { abortSignal?: AbortSignal }) => Promise<T>

/**
 * Sends one request to the store; a refusal comes back as a `Failure`. Asks a second time when the
 * first answer taught the store's clock, when the access keys had expired and there are others, or
 * when no answer came and the request may be repeated (a kept-alive connection that the store had
 * closed). Further retries are up to the engine. Fails with `aborted` when `signal` is aborted.
 */
export async function sendToStore<T>(
  store: S3Store,
  request: Request<T>,
  options: SendOptions = {},
): Promise<Outcome<T>> {
  const offsetMs = store.clock.offsetMs
  const keys = await store.keys.current()
  if (!keys.ok) return keys
  const first = await sendOnce(store, request, options.signal)
  if (first.ok) return first
  if (isAboutKeys(first.failure)) {
    const others = await store.keys.replaced(keys.value)
    if (others.ok) return sendOnce(store, request, options.signal)
    return others.failure.kind === 'credentials-expired' ? first : others
  }
  const { kind } = first.failure
  // The answer to a HEAD has no body to say so, but it has a date like any other.
  const wasSkewed = Math.abs(store.clock.offsetMs - offsetMs) > SKEW_MS && kind === 'access-denied'
  const isWorthAnother =
    wasSkewed || kind === 'clock-skewed' || (kind === 'no-response' && options.isOnce !== true)
  return isWorthAnother ? sendOnce(store, request, options.signal) : first
}

/** Failures that other access keys may avoid; a HEAD's 400 has no body to say so. */
function isAboutKeys(failure: Failure): boolean {
  const { kind } = failure
  if (kind === 'credentials-expired' || kind === 'credentials-rejected') return true
  return kind === 'store-refused' && failure.status === 400 && failure.code === ''
}

async function sendOnce<T>(
  store: S3Store,
  request: Request<T>,
  signal: AbortSignal | undefined,
): Promise<Outcome<T>> {
  try {
    // The SDK would sign with this computer's clock, and correct it by a rule of its own.
    store.client.config.systemClockOffset = store.clock.nowMs() - Date.now()
    const options = signal === undefined ? {} : { abortSignal: signal }
    return succeeded(await request(store.client, options))
  } catch (error) {
    if (signal?.aborted) return failed({ kind: 'aborted' })
    const asked = { ...store.destination, isProven: store.access.provenAtMs !== null }
    return failed(failureFromError(error, asked, store.clock.nowMs()))
  }
}

/** Access keys can expire or be revoked, so proof that they work is valid only for a while. */
const PROOF_MS = 60_000

/** The known facts about access to a store; times are `performance.now()`. */
interface StoreAccess {
  provenAtMs: number | null
}

/** Bucket, region and access keys worked once: a missing object is just missing. */
export function isProven({ access }: S3Store): boolean {
  return access.provenAtMs !== null
}

/** They worked a moment ago: a refusal is about this request alone. */
export function isFreshlyProven({ access }: S3Store): boolean {
  return access.provenAtMs !== null && performance.now() - access.provenAtMs < PROOF_MS
}

export function noteAccessProven(store: S3Store): void {
  store.access.provenAtMs = performance.now()
}

/**
 * HEAD has no body, so its 403 and 404 do not say what is wrong: the access keys, the bucket, or
 * just this object. A listing has a body. Fails with the failure in it, unless that only says that
 * these access keys may not list.
 */
export async function proveAccess(store: S3Store, signal?: AbortSignal): Promise<Outcome<null>> {
  const place = { Bucket: store.destination.bucket, MaxKeys: 1 }
  const listed = await sendToStore(
    store,
    (client, options) => client.send(new ListObjectsV2Command(place), options),
    signal === undefined ? {} : { signal },
  )
  if (!listed.ok && !isDenied(listed.failure)) return listed
  noteAccessProven(store)
  return succeeded(null)
}
