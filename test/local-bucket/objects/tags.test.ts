import { CopyObjectCommand, GetObjectTaggingCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { clientOf, refusalOf } from '../conformance/store.ts'
import { type TemporaryBucket, temporaryBucket } from '../temporary-bucket.ts'

let temporary: TemporaryBucket
beforeAll(async () => {
  temporary = await temporaryBucket()
})
afterAll(() => temporary.discard())

const client = () => clientOf(temporary.store)
const bucket = () => temporary.store.bucket

const put = (Key: string, Tagging: string) =>
  client().send(new PutObjectCommand({ Bucket: bucket(), Key, Body: 'x', Tagging }))

async function tagsOf(Key: string) {
  const answer = await client().send(new GetObjectTaggingCommand({ Bucket: bucket(), Key }))
  return (answer.TagSet ?? []).map((tag) => [tag.Key, tag.Value])
}

it.each([
  ['a name that comes twice', 'a=1&a=2'],
  ["a name of AWS's own", 'aws:a=1'],
  ['a sign that no tag has', 'a=%26'],
  ['no name', '=1'],
  ['a value that is too long', `a=${'v'.repeat(257)}`],
])('a tag with %s is refused', async (_what, tagging) => {
  expect(await refusalOf(put('refused', tagging))).toEqual({ code: 'InvalidTag', status: 400 })
})

it('tags are copied even if the metadata is replaced, or are replaced themselves', async () => {
  await put('from', 'a=1')
  const copy = (Key: string, more: object) => {
    const named = { Bucket: bucket(), CopySource: `${bucket()}/from`, Key }
    return client().send(new CopyObjectCommand({ ...named, ...more }))
  }

  await copy('kept', { MetadataDirective: 'REPLACE', Tagging: 'b=2' })
  await copy('replaced', { TaggingDirective: 'REPLACE', Tagging: 'b=2' })

  expect([await tagsOf('kept'), await tagsOf('replaced')]).toEqual([[['a', '1']], [['b', '2']]])
})
