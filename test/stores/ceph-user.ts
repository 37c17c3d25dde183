import { randomBytes } from 'node:crypto'
import { onTestFinished } from 'vitest'
import * as z from 'zod/mini'
import type { Store } from '../core/local-bucket/conformance/store.ts'
import type { TestBucket } from './buckets.ts'
import { signedRequest } from './signed-request.ts'

/** Somebody who may do nothing at all until a policy says so. */
export interface CephUser {
  readonly name: string
  /** As a policy of a bucket names it. */
  readonly principal: string
  readonly credentials: Store['credentials']
}

const Made = z.object({
  keys: z.array(z.object({ access_key: z.string(), secret_key: z.string() })),
})

/** Made by Ceph's own API (docs.ceph.com/en/latest/radosgw/adminops), and gone after the test. */
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
