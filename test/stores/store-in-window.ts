import { onTestFinished } from 'vitest'
import type { BucketAccess } from '../e2e/ferry.ts'
import type { StoreUnderTest } from './buckets.ts'

/** A bucket of the store as a user enters it into the form; removed after the test. */
export async function accessTo(store: StoreUnderTest): Promise<BucketAccess> {
  const bucket = await store.open()
  onTestFinished(bucket.discard)
  const { credentials, ...place } = bucket.store
  const { accessKeyId, secretAccessKey } = credentials
  return { ...place, accessKeyId, secretAccessKey }
}

/** The row's text for a finished file; less specific for stores without measurements. */
export function doneWords({ kind }: StoreUnderTest): RegExp {
  return kind === 'other' ? /^Done/ : /^Done, verified/
}
