import type { TestBucket } from './buckets.ts'
import { OWN_USER } from './ceph.ts'
import { signedRequest } from './signed-request.ts'

const BYTES_PER_KIB = 1024

/**
 * Lets a bucket hold no more than this. Ceph's own API:
 * docs.ceph.com/en/pacific/radosgw/adminops/#set-quota-for-an-individual-bucket
 */
export async function setBucketQuota({ store }: TestBucket, maxBytes: number): Promise<void> {
  const fields = { bucket: store.bucket, enabled: 'true', uid: OWN_USER }
  const size = { 'max-size-kb': String(Math.floor(maxBytes / BYTES_PER_KIB)) }
  const query = new URLSearchParams({ ...fields, ...size, quota: '' })
  query.sort()
  const path = '/admin/bucket'
  await signedRequest(store, { method: 'PUT', path, query: String(query) }, { service: 's3' })
}
