import { createHash } from 'node:crypto'
import { signedHeaders } from '../core/local-bucket/hand-signed.ts'
import type { TestBucket } from './buckets.ts'

/** The user that Ceph is started with. */
const USER = 'ferry'
const POLICY = 'without-permission'

/**
 * Takes permissions for one bucket away from the store's own user, by a policy of the user as IAM
 * has them (docs.ceph.com/en/latest/radosgw/iam); answers how to give them back.
 */
export async function denyUser(
  bucket: TestBucket,
  actions: readonly string[],
): Promise<() => Promise<void>> {
  const { bucket: name } = bucket.store
  const resources = [`arn:aws:s3:::${name}`, `arn:aws:s3:::${name}/*`]
  const statement = { Effect: 'Deny', Action: actions, Resource: resources }
  await askIam(bucket, {
    Action: 'PutUserPolicy',
    PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: [statement] }),
  })
  return () => askIam(bucket, { Action: 'DeleteUserPolicy' })
}

async function askIam({ store }: TestBucket, fields: Record<string, string>): Promise<void> {
  const body = new URLSearchParams({ ...fields, PolicyName: POLICY, UserName: USER }).toString()
  const payloadHash = createHash('sha256').update(body).digest('hex')
  const type = { 'content-type': 'application/x-www-form-urlencoded' }
  const made = { method: 'POST', path: '/', headers: type, payloadHash }
  const headers = signedHeaders(store, made, { atMs: Date.now(), service: 'iam' })
  const answer = await fetch(store.endpoint, { method: 'POST', headers, body })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`IAM answered ${answer.status} ${text.slice(0, 300)}`)
}
