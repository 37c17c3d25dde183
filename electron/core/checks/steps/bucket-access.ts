import { HeadBucketCommand, ListObjectsV2Command } from '@aws-sdk/client-s3'
import type { CheckFix } from '../../../contract/commands/checks.ts'
import type { Failure } from '../../../contract/failure/kinds.ts'
import { isDenied } from '../../../contract/failure/s3-failure.ts'
import { type Outcome, succeeded } from '../../../contract/outcome.ts'
import type { Store } from '../../destinations/open-store.ts'
import { inRegion } from '../../destinations/region-discovery.ts'
import type { StoredDestination } from '../../destinations/stored-destination.ts'
import { sendToStore } from '../../s3/request.ts'
import { failedBy, passed, type StepResult, unknown, warned } from '../step.ts'

/** A store redirects to at most one other region; a third one means a loop. */
const MAX_MOVES = 2

/** The result of the first signed request. */
export interface BucketAccess {
  /** In the region that the store itself names. */
  readonly store: Store
  readonly credentials: StepResult
  readonly region: StepResult
  readonly bucket: StepResult
}

/** Lists the bucket, in the region that the store names. */
export async function checkBucketAccess(
  given: Store,
  reopen: (place: StoredDestination) => Store,
  signal: AbortSignal,
): Promise<BucketAccess> {
  let store = given
  let seen = await lookInside(store, signal)
  for (let moves = 0; moves < MAX_MOVES; moves += 1) {
    const moved = movedTo(store, seen)
    if (moved === null) break
    store = reopen(moved)
    seen = await lookInside(store, signal)
  }
  const { region } = store.destination
  const isMoved = store !== given
  const place = { kind: 'region', region } as const
  const regionLine = isMoved ? warned(place, { kind: 'use-region', region }) : passed(place)
  return { store, ...resultsOf(seen, regionLine) }
}

/** Keys that may not list may still learn whether the bucket exists. */
async function lookInside(store: Store, signal: AbortSignal): Promise<Outcome<null>> {
  const { bucket, prefix } = store.destination
  const list = new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, MaxKeys: 1 })
  const listed = await sendToStore(store, (client, options) => client.send(list, options), {
    signal,
  })
  if (listed.ok) return succeeded(null)
  if (!isDenied(listed.failure)) return listed
  const head = new HeadBucketCommand({ Bucket: bucket })
  const headed = await sendToStore(store, (client, options) => client.send(head, options), {
    signal,
  })
  return headed.ok ? succeeded(null) : listed
}

function movedTo(store: Store, seen: Outcome<null>) {
  const named = !seen.ok && seen.failure.kind === 'region-wrong' ? seen.failure.region : null
  return named === null ? null : inRegion(store.destination, named)
}

/** A store checks the region before the signature, and the signature before the bucket. */
function resultsOf(seen: Outcome<null>, region: StepResult): Omit<BucketAccess, 'store'> {
  if (seen.ok) return { credentials: passed(), region, bucket: passed() }
  const { failure } = seen
  switch (failure.kind) {
    case 'region-wrong':
      return { credentials: unknown(), region: failedBy(failure), bucket: unknown() }
    case 'access-denied':
    case 'explicitly-denied':
      return { credentials: passed(), region, bucket: unknown(failure) }
    case 'bucket-missing':
      return { credentials: passed(), region, bucket: failedBy(failure) }
    case 'store-refused':
      return refusedOutright(failure, region)
    default:
      return isAboutKeys(failure)
        ? { credentials: credentialsRefused(failure), region: unknown(), bucket: unknown() }
        : { credentials: unknown(), region: unknown(), bucket: failedBy(failure) }
  }
}

/** A store that cannot list may still accept uploads; a store without this bucket cannot. */
function refusedOutright(
  failure: Extract<Failure, { kind: 'store-refused' }>,
  region: StepResult,
): Omit<BucketAccess, 'store'> {
  const bucket = failure.status === 404 ? failedBy(failure) : unknown(failure)
  return { credentials: passed(), region, bucket }
}

function isAboutKeys({ kind }: Failure): boolean {
  const about: readonly Failure['kind'][] = [
    'credentials-rejected',
    'credentials-expired',
    'request-rewritten',
    'account-problem',
    'sign-in-needed',
    'keys-unavailable',
    'secret-missing',
    'secret-store-unavailable',
    'clock-skewed',
  ]
  return about.includes(kind)
}

function credentialsRefused(failure: Failure): StepResult {
  const fix: CheckFix | null = failure.kind === 'sign-in-needed' ? { kind: 'sign-in' } : null
  return failedBy(failure, fix)
}
