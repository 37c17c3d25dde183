import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import {
  type LocalBucket,
  type LocalBucketOptions,
  openLocalBucket,
} from '../../electron/local-bucket/local-bucket.ts'
import type { Store } from './conformance/store.ts'

export interface TemporaryBucket {
  readonly bucket: LocalBucket
  readonly folder: string
  readonly store: Store
  discard(): Promise<void>
}

/** A local bucket in a temporary folder. */
export async function temporaryBucket(
  options: Omit<LocalBucketOptions, 'folder'> = {},
): Promise<TemporaryBucket> {
  const folder = await temporaryFolder()
  const bucket = await openLocalBucket({ folder, ...options })
  const discard = async () => {
    await bucket.close()
    await rm(folder, { recursive: true, force: true })
  }
  return { bucket, folder, store: storeOf(bucket), discard }
}

export function temporaryFolder(): Promise<string> {
  return mkdtemp(path.join(tmpdir(), 'ferry-bucket-'))
}

export function storeOf(bucket: LocalBucket): Store {
  const { endpoint, region, accessKeyId, secretAccessKey } = bucket
  return { endpoint, region, bucket: bucket.bucket, credentials: { accessKeyId, secretAccessKey } }
}
