import { type Bucket, ListBucketsCommand, type ListBucketsCommandOutput } from '@aws-sdk/client-s3'
import type { CommandOutput } from '../../contract/commands.ts'
import type { DestinationDraft, ListedBucket } from '../../contract/destination-draft.ts'
import { failed, type Outcome, succeeded } from '../../contract/outcome.ts'
import { isRegion } from '../../contract/plain-text.ts'
import type { Approvals } from '../credentials/approvals.ts'
import type { StorePorts } from '../s3/client.ts'
import { readPages } from '../s3/read-pages.ts'
import { sendToStore } from '../s3/request.ts'
import type { Destinations } from './destinations.ts'
import { type CleanDraft, cleanDraft, isBucketName } from './draft.ts'
import { openDraftStore, type Store } from './open-store.ts'
import { inRegion } from './region-discovery.ts'
import type { StoredDestination } from './stored-destination.ts'

interface ListBucketsDeps {
  readonly destinations: Destinations
  readonly ports: StorePorts
  readonly approvals: Approvals
}

/** More than a user reads through; the name can still be typed. */
const MAX_BUCKETS = 1000
/** Some stores put fewer on a page than requested. */
const MAX_PAGES = 50
/** The user looks at the form and waits. */
const LIST_MS = 60_000

type SeenBuckets = CommandOutput<'listBuckets'>

/**
 * The buckets that the draft's keys may see. The draft's bucket, prefix and name do not matter.
 * Fails with `form-invalid`, with `not-confirmed` if the user did not agree to the request, or with
 * the store's refusal: `access-denied` if the keys are for one bucket only.
 */
export async function listBuckets(
  parts: ListBucketsDeps,
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
  parts: ListBucketsDeps,
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
  const signal = AbortSignal.timeout(LIST_MS)
  const pages = await readPages<ListBucketsCommandOutput, string>({
    ask: (token) => {
      const command = new ListBucketsCommand({
        // S3 names each bucket's region if asked for pages: API_ListBuckets.html.
        MaxBuckets: MAX_BUCKETS,
        ...(token === null ? {} : { ContinuationToken: token }),
      })
      return sendToStore(store, (client, options) => client.send(command, options), { signal })
    },
    // A store without pages may return the same token, and the first page again.
    next: ({ ContinuationToken: token }, before) => (token && token !== before ? token : null),
    count: ({ Buckets = [] }) => Buckets.length,
    signal,
    maxPages: MAX_PAGES,
    maxEntries: MAX_BUCKETS,
  })
  if (!pages.ok) return signal.aborted ? failed({ kind: 'stalled' }) : pages
  const listed = pages.value.flatMap(({ Buckets = [] }) => Buckets)
  const seen = new Map(listed.flatMap(seenIn).map((bucket) => [bucket.name, bucket]))
  const token = pages.value.at(-1)?.ContinuationToken
  const isComplete =
    seen.size <= MAX_BUCKETS && (!token || token === pages.value.at(-2)?.ContinuationToken)
  const buckets = [...seen.values()].sort((one, other) => one.name.localeCompare(other.name))
  return succeeded({ buckets: buckets.slice(0, MAX_BUCKETS), isComplete })
}

/** Omits names that the form would refuse. */
function seenIn({ Name = '', BucketRegion = '' }: Bucket): ListedBucket[] {
  if (!isBucketName(Name)) return []
  return [{ name: Name, region: isRegion(BucketRegion) ? BucketRegion : null }]
}
