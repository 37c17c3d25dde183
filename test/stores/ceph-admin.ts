import { randomBytes } from 'node:crypto'
import { onTestFinished } from 'vitest'
import * as z from 'zod/mini'
import type { Store } from '../local-bucket/conformance/store.ts'
import type { TestBucket } from './buckets.ts'
import { OWN_USER } from './ceph.ts'
import { signedRequest } from './signed-request.ts'

/** A user without any permission until a policy grants one. */
export interface CephUser {
  readonly name: string
  /** The user's name in a bucket policy. */
  readonly principal: string
  readonly credentials: Store['credentials']
}

const Made = z.object({
  keys: z.array(z.object({ access_key: z.string(), secret_key: z.string() })),
})

/**
 * Created with Ceph's admin API (docs.ceph.com/en/latest/radosgw/adminops); deleted after the test.
 */
export async function newUser({ store }: TestBucket): Promise<CephUser> {
  const name = `guest-${randomBytes(6).toString('hex')}`
  const ask = (method: 'PUT' | 'DELETE', query: string) =>
    signedRequest(store, { method, path: '/admin/user', query }, { service: 's3' })
  const { keys } = Made.parse(JSON.parse(await ask('PUT', `display-name=${name}&uid=${name}`)))
  onTestFinished(async () => {
    await ask('DELETE', `uid=${name}`)
  })
  const [key] = keys
  if (key === undefined) throw new Error('Ceph made a user without keys')
  const credentials = { accessKeyId: key.access_key, secretAccessKey: key.secret_key }
  return { name, principal: `arn:aws:iam:::user/${name}`, credentials }
}

const POLICY = 'of-a-test'

/**
 * Denies the store's own user permissions for one bucket; returns a function that restores them.
 */
export async function denyUser(
  bucket: TestBucket,
  actions: readonly string[],
): Promise<() => Promise<void>> {
  const { bucket: name } = bucket.store
  const resources = [`arn:aws:s3:::${name}`, `arn:aws:s3:::${name}/*`]
  const statement = { Effect: 'Deny', Action: actions, Resource: resources }
  await putUserPolicy(
    bucket,
    OWN_USER,
    JSON.stringify({ Version: '2012-10-17', Statement: [statement] }),
  )
  return () => askIam(bucket, { Action: 'DeleteUserPolicy', UserName: OWN_USER })
}

/** User policies as in IAM: docs.ceph.com/en/latest/radosgw/iam */
export function putUserPolicy(bucket: TestBucket, UserName: string, PolicyDocument: string) {
  return askIam(bucket, { Action: 'PutUserPolicy', UserName, PolicyDocument })
}

async function askIam({ store }: TestBucket, fields: Record<string, string>): Promise<void> {
  const body = new URLSearchParams({ ...fields, PolicyName: POLICY }).toString()
  const type = { 'content-type': 'application/x-www-form-urlencoded' }
  const made = { method: 'POST', path: '/', headers: type }
  await signedRequest(store, made, { service: 'iam', body })
}

const BYTES_PER_KIB = 1024

/**
 * Sets the largest number of bytes that a bucket may hold, with Ceph's admin API:
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
