import { randomBytes } from 'node:crypto'
import {
  AbortMultipartUploadCommand,
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectVersionsCommand,
  type S3Client,
} from '@aws-sdk/client-s3'
import { clientOf, type Store } from '../local-bucket/conformance/store.ts'
import { type TemporaryBucket, temporaryBucket } from '../local-bucket/temporary-bucket.ts'
import { givenStore, type StoreAccess, type StoreKind } from './store-access.ts'

/** A bucket that a test may fill as it likes. */
export interface TestBucket {
  readonly store: Store
  /** Removes the bucket and its contents. */
  readonly discard: () => Promise<void>
}

export interface StoreUnderTest {
  readonly name: string
  readonly kind: StoreKind | 'local'
  readonly open: () => Promise<TestBucket>
}

/** The two stores that every test of this folder runs on. */
export function storesUnderTest(): readonly StoreUnderTest[] {
  return [localStore(), givenStoreUnderTest()]
}

function localStore(): StoreUnderTest {
  const open = (): Promise<TemporaryBucket> => temporaryBucket()
  return { name: 'the local bucket', kind: 'local', open }
}

export function givenStoreUnderTest(): StoreUnderTest {
  const given = givenStore(process.env)
  if (given.state !== 'given') {
    throw new Error('No store is given: start these tests with `npm run test:stores`.')
  }
  const { access } = given
  const name = access.kind === 'other' ? 'the given store' : 'Ceph RGW'
  return { name, kind: access.kind, open: () => openBucket(access) }
}

/**
 * The given store through its gateway that answers PUTs with 201; empty if it has no such gateway.
 */
export function createdStoresUnderTest(): readonly StoreUnderTest[] {
  const given = givenStore(process.env)
  if (given.state !== 'given' || given.access.createdEndpoint === null) return []
  const { access } = given
  const { createdEndpoint: endpoint } = given.access
  const open = () => openBucket({ ...access, endpoint })
  return [{ name: 'Ceph RGW that answers PUTs with 201', kind: access.kind, open }]
}

async function openBucket(access: StoreAccess): Promise<TestBucket> {
  const bucket = access.bucket ?? `ferry-test-${randomBytes(6).toString('hex')}`
  const { endpoint, region, credentials } = access
  const store = { endpoint, region, credentials, bucket }
  const client = clientOf(store)
  if (access.bucket === null) await client.send(new CreateBucketCommand({ Bucket: bucket }))
  else await refuseContents(client, bucket)
  const discard = async () => {
    await emptyBucket(client, bucket)
    if (access.bucket === null) await client.send(new DeleteBucketCommand({ Bucket: bucket }))
    client.destroy()
  }
  return { store, discard }
}

/** Tests delete everything in the bucket, so a bucket with contents is refused. */
async function refuseContents(client: S3Client, Bucket: string): Promise<void> {
  const page = await client.send(new ListObjectVersionsCommand({ Bucket, MaxKeys: 1 }))
  const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket }))
  const held = [...(page.Versions ?? []), ...(page.DeleteMarkers ?? []), ...Uploads]
  if (held.length > 0) throw new Error(`The bucket ${Bucket} is not empty; tests would empty it.`)
}

async function emptyBucket(client: S3Client, Bucket: string): Promise<void> {
  for (;;) {
    const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket }))
    for (const { Key, UploadId } of Uploads) {
      await client.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId }))
    }
    const page = await client.send(new ListObjectVersionsCommand({ Bucket }))
    const objects = [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])]
    for (const { Key, VersionId } of objects) {
      await client.send(new DeleteObjectCommand({ Bucket, Key, VersionId }))
    }
    if (Uploads.length + objects.length === 0) return
  }
}
