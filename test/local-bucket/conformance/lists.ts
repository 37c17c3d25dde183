import {
  ListObjectsCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandInput,
  PutObjectCommand,
} from '@aws-sdk/client-s3'
import { beforeAll, describe, expect, it } from 'vitest'
import { clientOf, refusalOf, type StoreOf } from './store.ts'

const PREFIX = 'listing/'
/** In UTF-8 byte order, which differs from UTF-16 order. */
const NAMES = [
  'A',
  'a',
  'b/1',
  'b/2',
  'b/c/1',
  'b/c/2',
  'c',
  'd/',
  'd/1',
  'z',
  'é',
  '\uffee',
  '😀',
].map((name) => PREFIX + name)

export function listConformance(storeOf: StoreOf): void {
  const page = (more: Omit<ListObjectsV2CommandInput, 'Bucket'>) =>
    clientOf(storeOf()).send(new ListObjectsV2Command({ Bucket: storeOf().bucket, ...more }))

  const allPages = async (more: Omit<ListObjectsV2CommandInput, 'Bucket'>) => {
    const names: string[] = []
    const sizes: number[] = []
    for (let token: string | undefined; ; ) {
      const one = await page({ ...more, ContinuationToken: token })
      const keys = one.Contents?.map((each) => each.Key ?? '') ?? []
      const prefixes = one.CommonPrefixes?.map((each) => each.Prefix ?? '') ?? []
      names.push(...keys, ...prefixes)
      sizes.push(keys.length + prefixes.length)
      expect(one.KeyCount).toBe(keys.length + prefixes.length)
      token = one.NextContinuationToken
      if (one.IsTruncated !== true) return { names, sizes }
    }
  }

  describe('lists', () => {
    beforeAll(async () => {
      for (const Key of NAMES) {
        await clientOf(storeOf()).send(
          new PutObjectCommand({ Bucket: storeOf().bucket, Key, Body: Key }),
        )
      }
    })

    it('are in byte order', async () => {
      const { names } = await allPages({ Prefix: PREFIX })

      expect(names).toEqual(NAMES)
    })

    it.each([1, 2, 3, 5, 13, 1000])('are the same in pages of %i', async (MaxKeys) => {
      const { names, sizes } = await allPages({ Prefix: PREFIX, MaxKeys })

      expect(names).toEqual(NAMES)
      expect(Math.max(...sizes)).toBeLessThanOrEqual(MaxKeys)
    })

    it.each([1, 2, 4, 1000])('group names by a delimiter, in pages of %i', async (MaxKeys) => {
      const { names } = await allPages({ Prefix: PREFIX, Delimiter: '/', MaxKeys })

      const folded = ['A', 'a', 'b/', 'c', 'd/', 'z', 'é', '\uffee', '😀']
      expect(names.toSorted()).toEqual(folded.map((name) => PREFIX + name).toSorted())
    })

    it('begin after the requested name', async () => {
      const { names } = await allPages({ Prefix: PREFIX, StartAfter: `${PREFIX}d/` })

      expect(names).toEqual(NAMES.slice(NAMES.indexOf(`${PREFIX}d/1`)))
    })

    it('describe each object', async () => {
      const { Contents } = await page({ Prefix: `${PREFIX}c`, FetchOwner: true })

      expect(Contents).toHaveLength(1)
      expect(Contents?.[0]).toMatchObject({
        Key: `${PREFIX}c`,
        Size: 9,
        StorageClass: 'STANDARD',
        ETag: expect.stringMatching(/^"[0-9a-f]{32}"$/),
        LastModified: expect.any(Date),
      })
    })

    it('of version 1 continue by name', async () => {
      const names: string[] = []
      for (let Marker: string | undefined; ; ) {
        const one = await clientOf(storeOf()).send(
          new ListObjectsCommand({
            Bucket: storeOf().bucket,
            Prefix: PREFIX,
            Delimiter: '/',
            MaxKeys: 2,
            Marker,
          }),
        )
        const keys = one.Contents?.map((each) => each.Key ?? '') ?? []
        names.push(...keys, ...(one.CommonPrefixes?.map((each) => each.Prefix ?? '') ?? []))
        Marker = one.NextMarker
        if (one.IsTruncated !== true) break
      }

      expect(names).toHaveLength(9)
      expect(new Set(names).size).toBe(9)
    })

    it('may be empty, and refuse an invalid token', async () => {
      expect(await page({ Prefix: 'nothing-here/' })).toMatchObject({
        KeyCount: 0,
        IsTruncated: false,
      })
      expect(await refusalOf(page({ ContinuationToken: '!!' }))).toEqual({
        code: 'InvalidArgument',
        status: 400,
      })
    })
  })
}
