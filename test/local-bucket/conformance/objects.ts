import {
  CopyObjectCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketLocationCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
} from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import { describe, expect, it } from 'vitest'
import { clientOf, refusalOf, type StoreOf } from './store.ts'

export function objectConformance(storeOf: StoreOf): void {
  const put = (Key: string, Body: string, more: Partial<PutObjectCommandInput> = {}) =>
    clientOf(storeOf()).send(
      new PutObjectCommand({ Bucket: storeOf().bucket, Key, Body: Buffer.from(Body), ...more }),
    )
  const get = async (Key: string, more: object = {}) => {
    const { bucket: Bucket } = storeOf()
    const answer = await clientOf(storeOf()).send(new GetObjectCommand({ Bucket, Key, ...more }))
    return { ...answer, text: await answer.Body?.transformToString() }
  }
  const head = (Key: string, more: object = {}) =>
    clientOf(storeOf()).send(new HeadObjectCommand({ Bucket: storeOf().bucket, Key, ...more }))

  describe('objects', () => {
    it('are returned with the headers and metadata they were stored with', async () => {
      const kept = {
        ContentType: 'text/markdown; charset=utf-8',
        ContentDisposition: 'attachment; filename="notes.md"',
        ContentEncoding: 'identity',
        ContentLanguage: 'de',
        CacheControl: 'max-age=60',
        Metadata: { author: 'Ada', 'with-dash': 'a  b' },
      }

      await put('kept/notes.md', 'hello', kept)

      expect(await get('kept/notes.md')).toMatchObject({
        ...kept,
        text: 'hello',
        ContentLength: 5,
        ETag: '"5d41402abc4b2a76b9719d911017c592"',
        AcceptRanges: 'bytes',
      })
      expect(await head('kept/notes.md')).toMatchObject({ ...kept, ContentLength: 5 })
    })

    it('keep their tags and return the number of tags', async () => {
      const { bucket: Bucket } = storeOf()
      const Tagging = 'team=North%20/%20South&gr%C3%B6%C3%9Fe='

      await put('tagged', 'x', { Tagging })
      const { TagSet } = await clientOf(storeOf()).send(
        new GetObjectTaggingCommand({ Bucket, Key: 'tagged' }),
      )

      expect(TagSet).toHaveLength(2)
      expect(TagSet).toContainEqual({ Key: 'team', Value: 'North / South' })
      expect(TagSet).toContainEqual({ Key: 'größe', Value: '' })
      expect((await get('tagged')).TagCount).toBe(2)
    })

    it('refuse more than ten tags', async () => {
      const Tagging = Array.from({ length: 11 }, (_, index) => `t${index}=1`).join('&')

      expect((await refusalOf(put('tagged-often', 'x', { Tagging }))).status).toBe(400)
    })

    it('may be empty', async () => {
      await put('empty', '')

      expect(await get('empty')).toMatchObject({
        text: '',
        ContentLength: 0,
        ETag: '"d41d8cd98f00b204e9800998ecf8427e"',
      })
    })

    it('are replaced by a second write and removed by a deletion, which may be repeated', async () => {
      const client = clientOf(storeOf())
      const named = { Bucket: storeOf().bucket, Key: 'replaced' }
      await put('replaced', 'one')
      await put('replaced', 'two')

      const second = (await get('replaced')).text
      await client.send(new DeleteObjectCommand(named))
      await client.send(new DeleteObjectCommand(named))

      expect(second).toBe('two')
      expect(await refusalOf(get('replaced'))).toEqual({ code: 'NoSuchKey', status: 404 })
      expect(await refusalOf(head('replaced'))).toEqual({ code: 'NotFound', status: 404 })
    })

    it('are deleted in batches, even missing ones', async () => {
      await put('many/1', '1')
      await put('many/ 2 ', '2')
      const Objects = ['many/1', 'many/ 2 ', 'many/missing'].map((Key) => ({ Key }))

      const answer = await clientOf(storeOf()).send(
        new DeleteObjectsCommand({ Bucket: storeOf().bucket, Delete: { Objects } }),
      )

      expect(answer.Errors ?? []).toEqual([])
      expect(answer.Deleted?.map((each) => each.Key)).toEqual(Objects.map((each) => each.Key))
      expect(await refusalOf(head('many/ 2 '))).toEqual({ code: 'NotFound', status: 404 })
    })

    it('refuse a key that is too long', async () => {
      expect(await refusalOf(put('k'.repeat(1025), ''))).toEqual({
        code: 'KeyTooLongError',
        status: 400,
      })
    })

    it('refuse metadata that is too long', async () => {
      const Metadata = { long: 'm'.repeat(2048) }

      expect(await refusalOf(put('long-metadata', '', { Metadata }))).toEqual({
        code: 'MetadataTooLarge',
        status: 400,
      })
    })
  })

  describe('ranges', () => {
    it.each([
      ['bytes=0-3', '0123', 'bytes 0-3/10'],
      ['bytes=4-', '456789', 'bytes 4-9/10'],
      ['bytes=-2', '89', 'bytes 8-9/10'],
      ['bytes=-99', '0123456789', 'bytes 0-9/10'],
      ['bytes=8-99', '89', 'bytes 8-9/10'],
      ['bytes=9-9', '9', 'bytes 9-9/10'],
    ])('%s gives %s', async (Range, text, ContentRange) => {
      await put('ten', '0123456789')

      expect(await get('ten', { Range })).toMatchObject({ text, ContentRange })
    })

    it('beyond the end are refused', async () => {
      await put('ten', '0123456789')

      expect(await refusalOf(get('ten', { Range: 'bytes=10-' }))).toEqual({
        code: 'InvalidRange',
        status: 416,
      })
    })
  })

  describe('conditions', () => {
    it('of a read depend on ETag and time', async () => {
      const { ETag } = await put('conditional', 'x')
      const [past, future] = [new Date(Date.now() - 3.6e6), new Date(Date.now() + 3.6e6)]

      expect(await refusalOf(head('conditional', { IfNoneMatch: ETag }))).toMatchObject({
        status: 304,
      })
      expect(await refusalOf(get('conditional', { IfMatch: '"no"' }))).toEqual({
        code: 'PreconditionFailed',
        status: 412,
      })
      expect(await refusalOf(head('conditional', { IfModifiedSince: future }))).toMatchObject({
        status: 304,
      })
      expect(await refusalOf(get('conditional', { IfUnmodifiedSince: past }))).toMatchObject({
        status: 412,
      })
      expect(await get('conditional', { IfMatch: ETag, IfModifiedSince: past })).toMatchObject({
        text: 'x',
      })
    })

    it('let only one of many concurrent first writes succeed', async () => {
      const tries = Array.from({ length: 8 }, (_, index) =>
        put('first-come', String(index), { IfNoneMatch: '*' }).then(
          () => 'won',
          (error: Error) => error.name,
        ),
      )

      const outcomes = await Promise.all(tries)

      expect(outcomes.filter((outcome) => outcome === 'won')).toHaveLength(1)
      expect(outcomes.filter((outcome) => outcome === 'PreconditionFailed')).toHaveLength(7)
    })

    it('of a write refuse it unless the ETag is the current one', async () => {
      const { ETag } = await put('guarded', 'one')

      const wrong = await refusalOf(put('guarded', 'two', { IfMatch: '"no"' }))
      const missing = await refusalOf(put('guarded-missing', 'two', { IfMatch: '"no"' }))
      await put('guarded', 'three', { IfMatch: ETag })

      expect(wrong).toEqual({ code: 'PreconditionFailed', status: 412 })
      expect(missing).toEqual({ code: 'NoSuchKey', status: 404 })
      expect((await get('guarded')).text).toBe('three')
    })
  })

  describe('overrides', () => {
    it('in a presigned link replace the headers of the answer', async () => {
      await put('override', 'x', { ContentType: 'text/plain' })
      const command = new GetObjectCommand({
        Bucket: storeOf().bucket,
        Key: 'override',
        ResponseContentType: 'text/csv',
        ResponseContentDisposition: 'attachment; filename="a b.csv"',
        ResponseCacheControl: 'no-store',
        ResponseContentLanguage: 'fr',
        ResponseExpires: new Date('2030-01-01T00:00:00Z'),
      })

      const url = await getSignedUrl(clientOf(storeOf()), command, { expiresIn: 60 })
      const answer = await fetch(url)

      expect(answer.status).toBe(200)
      expect({
        type: answer.headers.get('content-type'),
        disposition: answer.headers.get('content-disposition'),
        cache: answer.headers.get('cache-control'),
        language: answer.headers.get('content-language'),
        expires: answer.headers.get('expires'),
      }).toEqual({
        type: 'text/csv',
        disposition: 'attachment; filename="a b.csv"',
        cache: 'no-store',
        language: 'fr',
        expires: 'Tue, 01 Jan 2030 00:00:00 GMT',
      })
    })
  })

  describe('copies', () => {
    const copy = (Key: string, more: object = {}) => {
      const { bucket: Bucket } = storeOf()
      const CopySource = `${Bucket}/${encodeURIComponent('copy source ü')}`
      return clientOf(storeOf()).send(new CopyObjectCommand({ Bucket, Key, CopySource, ...more }))
    }

    it('copy or replace the metadata as requested', async () => {
      await put('copy source ü', 'body', { ContentType: 'text/x', Metadata: { a: '1' } })

      const { CopyObjectResult } = await copy('copied')
      await copy('replaced-metadata', { MetadataDirective: 'REPLACE', Metadata: { b: '2' } })

      expect(CopyObjectResult?.ETag).toBe('"841a2d689ad86bd1611447453c22c6fc"')
      expect(await get('copied')).toMatchObject({
        text: 'body',
        ContentType: 'text/x',
        Metadata: { a: '1' },
      })
      expect(await get('replaced-metadata')).toMatchObject({ text: 'body', Metadata: { b: '2' } })
    })

    it('onto the same object must change something', async () => {
      await put('copy source ü', 'body')

      expect(await refusalOf(copy('copy source ü'))).toEqual({
        code: 'InvalidRequest',
        status: 400,
      })
      await copy('copy source ü', { MetadataDirective: 'REPLACE', Metadata: { c: '3' } })
      expect(await head('copy source ü')).toMatchObject({ Metadata: { c: '3' } })
    })
  })

  describe('the bucket', () => {
    it('is listed, answers HEAD and returns its location', async () => {
      const client = clientOf(storeOf())
      const { bucket: Bucket, region } = storeOf()

      const { Buckets } = await client.send(new ListBucketsCommand())
      const { BucketRegion } = await client.send(new HeadBucketCommand({ Bucket }))
      const { LocationConstraint } = await client.send(new GetBucketLocationCommand({ Bucket }))

      expect(Buckets?.map((each) => each.Name)).toContain(Bucket)
      expect([BucketRegion, LocationConstraint]).toEqual([region, region])
    })

    it('of another name does not exist', async () => {
      const Bucket = 'another-bucket'
      const client = clientOf(storeOf())

      expect(await refusalOf(client.send(new GetObjectCommand({ Bucket, Key: 'x' })))).toEqual({
        code: 'NoSuchBucket',
        status: 404,
      })
      expect(await refusalOf(client.send(new HeadBucketCommand({ Bucket })))).toEqual({
        code: 'NotFound',
        status: 404,
      })
    })
  })
}
