import { onTestFinished } from 'vitest'
import type { BucketAccess } from '../e2e/ferry.ts'
import type { StoreUnderTest } from './buckets.ts'

/** A bucket of the store's, as a person fills it into the form; gone after the test. */
export async function accessTo(store: StoreUnderTest): Promise<BucketAccess> {
  const bucket = await store.open()
  onTestFinished(bucket.discard)
  const { credentials, ...place } = bucket.store
  const { accessKeyId, secretAccessKey } = credentials
  return { ...place, accessKeyId, secretAccessKey }
}

/** What a row says of a file that is in the bucket; of a store that nobody measured only that. */
export function doneWords({ kind }: StoreUnderTest): RegExp {
  return kind === 'other' ? /^Done/ : /^Done, verified/
}
