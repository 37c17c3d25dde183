import type { TestBucket } from './buckets.ts'
import { OWN_USER } from './ceph.ts'
import { signedRequest } from './signed-request.ts'

const POLICY = 'of-a-test'

/** Takes permissions for one bucket away from the store's own user; answers how to give them back. */
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

/** Policies of users as IAM has them: docs.ceph.com/en/latest/radosgw/iam */
export function putUserPolicy(bucket: TestBucket, UserName: string, PolicyDocument: string) {
  return askIam(bucket, { Action: 'PutUserPolicy', UserName, PolicyDocument })
}

async function askIam({ store }: TestBucket, fields: Record<string, string>): Promise<void> {
  const body = new URLSearchParams({ ...fields, PolicyName: POLICY }).toString()
  const type = { 'content-type': 'application/x-www-form-urlencoded' }
  const made = { method: 'POST', path: '/', headers: type }
  await signedRequest(store, made, { service: 'iam', body })
}
