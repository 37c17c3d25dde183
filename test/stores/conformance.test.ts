import { afterAll, beforeAll, describe } from 'vitest'
import { s3Conformance } from '../local-bucket/conformance/s3-conformance.ts'
import { givenStoreUnderTest, type TestBucket } from './buckets.ts'
import { CEPH_16_DEVIATIONS } from './ceph-16-deviations.ts'
import { allowDeviations } from './known-deviations.ts'

const store = givenStoreUnderTest()

// Only Ceph 16 has a measured table. The local bucket passes without one, in its own tests.
describe.runIf(store.kind === 'ceph-16')(store.name, () => {
  let bucket: TestBucket
  beforeAll(async () => {
    bucket = await store.open()
  })
  afterAll(() => bucket.discard())

  allowDeviations(store.name, CEPH_16_DEVIATIONS)
  s3Conformance(() => bucket.store)
})
