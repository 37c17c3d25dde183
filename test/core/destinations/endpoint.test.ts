import { PutObjectCommand, UploadPartCommand } from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import { expect, it, onTestFinished } from 'vitest'
import { originsOf } from '../../../electron/core/destinations/endpoint.ts'
import { openStore } from '../../../electron/core/destinations/open-store.ts'
import { openStubStore } from '../../fakes/stub-store.ts'

const AWS = 'https://s3.eu-central-1.amazonaws.com'
const ACCESS_POINT = 'arn:aws:s3:eu-central-1:123456789012:accesspoint:photos'

/** The origins for which the core's own client signs parts. */
async function signedOrigins(endpoint: string, bucket: string, pathStyle: boolean) {
  const { destination, keys, client: unused } = openStubStore(endpoint)
  unused.destroy()
  const place = { ...destination, bucket, pathStyle, region: 'eu-central-1' }
  const { client } = openStore(place, keys, { now: Date.now })
  onTestFinished(() => client.destroy())
  const object = { Bucket: bucket, Key: 'a/b c.bin' }
  const part = { ...object, UploadId: 'u', PartNumber: 1 }
  const urls = await Promise.all([
    getSignedUrl(client, new PutObjectCommand(object)),
    getSignedUrl(client, new UploadPartCommand(part)),
  ])
  return { place, origins: [...new Set(urls.map((url) => new URL(url).origin))] }
}

it.each([
  [AWS, 'photos', false, 'https://photos.s3.eu-central-1.amazonaws.com'],
  [AWS, 'photos', true, AWS],
  [AWS, 'photos.example.org', false, AWS],
  [AWS, 'Photos_2009', false, AWS],
  [AWS, ACCESS_POINT, false, 'https://photos-123456789012.s3.eu-central-1.amazonaws.com'],
  ['https://s3.dualstack.eu-central-1.amazonaws.com', 'photos', false, null],
  ['https://s3-accelerate.amazonaws.com', 'photos', false, null],
  ['http://nas.local:9000', 'photos', true, 'http://nas.local:9000'],
  ['http://nas.local:9000', 'photos', false, 'http://photos.nas.local:9000'],
  ['http://nas.local:9000', 'photos.example', false, null],
  ['http://192.168.1.5:9000', 'photos', false, 'http://192.168.1.5:9000'],
  ['http://[::1]:9000', 'photos', false, 'http://[::1]:9000'],
  ['https://store.example/s3', 'photos', true, 'https://store.example'],
] as const)('of %s with %s (path: %s) are those that parts are signed for', async (...row) => {
  const [endpoint, bucket, pathStyle, expected] = row

  const { place, origins } = await signedOrigins(endpoint, bucket, pathStyle)

  expect(originsOf([place])).toEqual(origins)
  expect(origins).toHaveLength(1)
  if (expected !== null) expect(origins).toEqual([expected])
})

it('are listed once, and omitted for a bucket for which nothing can be signed', () => {
  const place = { endpoint: AWS, region: 'eu-central-1', bucket: 'photos', pathStyle: true }

  expect(originsOf([place, { ...place, bucket: 'other' }])).toEqual([AWS])
  expect(originsOf([{ ...place, pathStyle: false, bucket: 'arn:aws:s3:::' }])).toEqual([])
})
