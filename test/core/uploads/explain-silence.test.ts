import { PutBucketCorsCommand, S3Client } from '@aws-sdk/client-s3'
import { afterEach, expect, it } from 'vitest'
import type { CorePorts } from '../../../electron/core/ports.ts'
import { CoreHarness, PART, someBytes } from '../../fakes/core-harness.ts'
import { TYPED_KEYS } from '../../fakes/typed-keys.ts'
import { type TemporaryBucket, temporaryBucket } from '../local-bucket/temporary-bucket.ts'

const PAGE = 'http://127.0.0.1:4321'
const cleanUps: (() => Promise<void>)[] = []

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp()
})

/** An upload on its way to a bucket that knows nothing of Ferry's page. */
async function silentUpload(byteLength: number, changes: Partial<CorePorts> = {}) {
  const closed = await temporaryBucket()
  cleanUps.push(closed.discard)
  const harness = await CoreHarness.start({ pageOrigin: () => PAGE, ...changes })
  cleanUps.push(() => harness.close())
  const { endpoint, region, bucket, accessKeyId, secretAccessKey } = closed.bucket
  const { destination } = await harness.must('saveDestination', {
    ...TYPED_KEYS,
    ...{ destinationId: null, name: '', provider: 'other', prefix: '', pathStyle: true },
    ...{ endpoint, region, bucket, accessKeyId, secretAccessKey },
    ...{ sessionToken: '', keepSecret: false },
  })
  const { uploadId } = await harness.queueBytes(destination, 'a.bin', someBytes(byteLength))
  const partBytes = byteLength > PART ? PART : null
  await harness.must('prepareUpload', { uploadId, partBytes })
  return { harness, closed, uploadId }
}

async function letPageIn({ store }: TemporaryBucket, headers: string[]): Promise<void> {
  const client = new S3Client({ ...store, forcePathStyle: true })
  const rule = {
    AllowedOrigins: [PAGE],
    AllowedMethods: ['PUT'],
    AllowedHeaders: headers,
    ExposeHeaders: ['ETag'],
  }
  const CORSConfiguration = { CORSRules: [rule] }
  await client.send(new PutBucketCorsCommand({ Bucket: store.bucket, CORSConfiguration }))
  client.destroy()
}

it.each([1000, PART + 1])(
  'names a bucket that does not let the page in: %d bytes',
  async (size) => {
    const { harness, uploadId } = await silentUpload(size)

    const explained = await harness.must('explainSilence', { uploadId })

    expect(explained.failure).toEqual({ kind: 'cors-blocked', origin: PAGE })
  },
)

it('finds nothing wrong when the bucket lets the page in', async () => {
  const { harness, closed, uploadId } = await silentUpload(1000)
  await letPageIn(closed, ['*'])

  expect(await harness.must('explainSilence', { uploadId })).toEqual({ failure: null })
})

const SUM = 'x-amz-checksum-crc64nvme'
const WHOLE = ['content-type', 'x-amz-meta-ferry-upload']

it.each([
  ['a part', PART + 1, [], 'cors-blocked'],
  ['a part', PART + 1, WHOLE, 'cors-blocked'],
  ['a part', PART + 1, [SUM], null],
  ['a whole file', 1000, [SUM], 'cors-blocked'],
  ['a whole file', 1000, WHOLE, 'cors-blocked'],
  ['a whole file', 1000, [...WHOLE, SUM], null],
])('asks for the very headers of %s of %d bytes: %j', async (_, size, allowed, kind) => {
  const { harness, closed, uploadId } = await silentUpload(size)
  await letPageIn(closed, allowed)

  const { failure } = await harness.must('explainSilence', { uploadId })

  expect(failure?.kind ?? null).toBe(kind)
})

it('cannot tell more than the page when the store does not answer the host either', async () => {
  const { harness, closed, uploadId } = await silentUpload(1000)
  await closed.bucket.close()

  expect(await harness.must('explainSilence', { uploadId })).toEqual({ failure: null })
})

it('asks nothing on the desktop, which answers CORS itself', async () => {
  const { harness, uploadId } = await silentUpload(1000, { isCorsHandled: true })

  expect(await harness.must('explainSilence', { uploadId })).toEqual({ failure: null })
})

it('answers nothing of an upload that has ended', async () => {
  const { harness, uploadId } = await silentUpload(1000)
  await harness.must('cancelUpload', { uploadId })

  const asked = await harness.ask('explainSilence', { uploadId })

  expect(asked).toEqual({ ok: false, failure: { kind: 'not-now' } })
})
