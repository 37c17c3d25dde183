import { afterAll, beforeAll } from 'vitest'
import { s3Conformance } from './conformance/s3-conformance.ts'
import { type TemporaryBucket, temporaryBucket } from './temporary-bucket.ts'

let temporary: TemporaryBucket
beforeAll(async () => {
  temporary = await temporaryBucket()
})
afterAll(() => temporary.discard())

s3Conformance(() => temporary.store)
