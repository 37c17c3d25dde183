import { PutObjectCommand } from '@aws-sdk/client-s3'
import { describe, expect, it } from 'vitest'
import { someBytes } from '../fakes/core-harness.ts'
import { storesUnderTest } from './buckets.ts'
import { FerryOnStore } from './ferry-on-store.ts'

const BYTES = someBytes(1234)

const ODD_NAMES = [
  '\u00e9.txt',
  'e\u0301.txt',
  'a+b c.txt',
  '#?%&=;.txt',
  '100%25.txt',
  "it's (1)*!.txt",
  '日本語/ファイル.txt',
  '🚀🧑‍🚀.txt',
  '.hidden',
  '...',
  'a\\b',
  'tab\there',
  ' leading and trailing ',
  'ä'.repeat(512),
]

describe.each(storesUnderTest())('objects on $name', (store) => {
  it('keep unusual names byte for byte, and open by their link', async () => {
    const ferry = await FerryOnStore.on(store)
    for (const name of ODD_NAMES) {
      const { uploadId } = await ferry.begin(name, BYTES, null)
      await ferry.harness.send(uploadId, BYTES, [1])

      const { key, link } = await ferry.complete(uploadId)

      const answer = await fetch(link?.url ?? '')
      expect([key, answer.status]).toEqual([name, 200])
      expect(Buffer.from(await answer.arrayBuffer()).equals(BYTES)).toBe(true)
    }
    const { keys } = await ferry.stored()
    expect(keys.toSorted()).toEqual(ODD_NAMES.toSorted())
  })

  it('are downloaded from a link under their own name and type', async () => {
    const ferry = await FerryOnStore.on(store)
    const { uploadId } = await ferry.begin('Grüße + 100%.pdf', BYTES, null)
    await ferry.harness.send(uploadId, BYTES, [1])
    await ferry.complete(uploadId)

    const link = await ferry.harness.must('createShareLink', { uploadId, linkSeconds: 60 })
    const answer = await fetch(link.url)

    expect(answer.headers.get('content-type')).toBe('application/pdf')
    expect(answer.headers.get('content-disposition')).toContain(
      "filename*=UTF-8''Gr%C3%BC%C3%9Fe%20%2B%20100%25.pdf",
    )
    expect(Buffer.from(await answer.arrayBuffer()).equals(BYTES)).toBe(true)
  })

  it('leave the existing objects of the bucket alone', async () => {
    const ferry = await FerryOnStore.on(store)
    const Bucket = ferry.bucket.store.bucket
    await ferry.client.send(new PutObjectCommand({ Bucket, Key: 'a.txt', Body: 'theirs' }))
    const { uploadId } = await ferry.begin('a.txt', BYTES, null)
    await ferry.harness.send(uploadId, BYTES, [1])

    const { key } = await ferry.complete(uploadId)

    expect(key).toBe('a (2).txt')
    expect((await ferry.stored()).keys).toEqual(['a (2).txt', 'a.txt'])
  })
})
