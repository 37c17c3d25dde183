import { type Bucket, ListBucketsCommand } from '@aws-sdk/client-s3'
import type { CommandOutput } from '../../contract/commands.ts'
import type { DestinationDraft, SeenBucket } from '../../contract/destination-draft.ts'
import { failed, type Outcome, succeeded } from '../../contract/outcome.ts'
import type { Approvals } from '../confirm/approvals.ts'
import { openDraftStore } from '../store/open-draft-store.ts'
import type { StorePorts } from '../store/s3-client.ts'
import { ask, type Store } from '../store/store.ts'
import type { Destinations } from './destinations.ts'
import { type CleanDraft, cleanDraft } from './draft.ts'
import { inRegion } from './region.ts'
import type { StoredDestination } from './stored-destination.ts'

interface Parts {
  readonly destinations: Destinations
  readonly ports: StorePorts
  readonly approvals: Approvals
}

/** More than anybody reads through; the name can still be typed. */
const MAX_BUCKETS = 1000

type SeenBuckets = CommandOutput<'listBuckets'>

/**
 * The buckets that the draft's keys may see. Its bucket, prefix and name do not matter.
 * Fails with `form-invalid`, or with what the store says: `access-denied` where the keys are for
 * one bucket alone. Fails with `not-confirmed` when the user did not agree to ask there.
 */
export async function listBuckets(
  parts: Parts,
  draft: DestinationDraft,
): Promise<Outcome<SeenBuckets>> {
  const { destinationId } = draft
  const former = destinationId === null ? null : parts.destinations.find(destinationId)
  if (destinationId !== null && former === null) return failed({ kind: 'unknown-id' })
  const clean = cleanDraft({ ...draft, bucket: 'any-bucket', prefix: '', name: '' }, former)
  if (!clean.ok) return clean
  const allowed = await parts.approvals.allow(clean.value.fields)
  if (!allowed.ok) return allowed
  const first = await listAt(parts, clean.value, former)
  if (first.ok || first.failure.kind !== 'region-wrong' || first.failure.region === null) {
    return first
  }
  const fields = inRegion(clean.value.fields, first.failure.region)
  return fields === null ? first : listAt(parts, { ...clean.value, fields }, former)
}

async function listAt(
  parts: Parts,
  clean: CleanDraft,
  former: StoredDestination | null,
): Promise<Outcome<SeenBuckets>> {
  const store = await openDraftStore(parts, clean, former)
  if (!store.ok) return store
  try {
    return await listAll(store.value)
  } finally {
    store.value.client.destroy()
  }
}

async function listAll(store: Store): Promise<Outcome<SeenBuckets>> {
  const seen = new Map<string, SeenBucket>()
  let token: string | undefined
  do {
    const command = new ListBucketsCommand({
      // Asked for pages, S3 names each bucket's region: API_ListBuckets.html.
      MaxBuckets: MAX_BUCKETS,
      ...(token === undefined ? {} : { ContinuationToken: token }),
    })
    const page = await ask(store, (client, options) => client.send(command, options))
    if (!page.ok) return page
    const { Buckets = [], ContinuationToken } = page.value
    for (const bucket of Buckets.flatMap(seenIn)) seen.set(bucket.name, bucket)
    // A store that does not know of pages may give the token back, and the first page again.
    token = ContinuationToken === token ? undefined : ContinuationToken
  } while (token !== undefined && token !== '' && seen.size < MAX_BUCKETS)
  const isComplete = !token && seen.size <= MAX_BUCKETS
  const buckets = [...seen.values()].sort((one, other) => one.name.localeCompare(other.name))
  return succeeded({ buckets: buckets.slice(0, MAX_BUCKETS), isComplete })
}

function seenIn({ Name, BucketRegion }: Bucket): SeenBucket[] {
  if (Name === undefined || Name === '' || Name.length > 255) return []
  const isRegion = BucketRegion !== undefined && BucketRegion !== '' && BucketRegion.length <= 100
  return [{ name: Name, region: isRegion ? BucketRegion : null }]
}
