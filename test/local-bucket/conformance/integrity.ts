import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import {
  type ChecksumAlgorithm,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
} from '@aws-sdk/client-s3'
import { describe, expect, it } from 'vitest'
import { clientOf, refusalOf, type StoreOf } from './store.ts'

const BODY = '123456789'
const digest = (name: string) => createHash(name).update(BODY).digest('base64')
const hex = (text: string) => Buffer.from(text, 'hex').toString('base64')

/** The published check values of "123456789"; SHA from Node. */
const CHECKSUMS: readonly (readonly [ChecksumAlgorithm, string])[] = [
  ['CRC32', hex('cbf43926')],
  ['CRC32C', hex('e3069283')],
  ['CRC64NVME', hex('ae8b14860a799888')],
  ['SHA1', digest('sha1')],
  ['SHA256', digest('sha256')],
]

export function integrityConformance(storeOf: StoreOf): void {
  const put = (Key: string, more: Partial<PutObjectCommandInput>) =>
    clientOf(storeOf()).send(
      new PutObjectCommand({ Bucket: storeOf().bucket, Key, Body: BODY, ...more }),
    )
  const exists = (Key: string) =>
    clientOf(storeOf())
      .send(new HeadObjectCommand({ Bucket: storeOf().bucket, Key }))
      .then(
        () => true,
        () => false,
      )

  describe.each(CHECKSUMS)('%s', (algorithm, value) => {
    const header = `Checksum${algorithm}`

    it('is verified, stored and returned on request', async () => {
      const Key = `checksum/${algorithm}`

      const written = await put(Key, { [header]: value })
      const named = { Bucket: storeOf().bucket, Key, ChecksumMode: 'ENABLED' as const }
      const head = await clientOf(storeOf()).send(new HeadObjectCommand(named))
      const read = await clientOf(storeOf()).send(new GetObjectCommand(named))

      expect(written).toMatchObject({ [header]: value })
      expect(head).toMatchObject({ [header]: value, ChecksumType: 'FULL_OBJECT' })
      expect(await read.Body?.transformToString()).toBe(BODY)
    })

    it('refuses bytes that do not match and stores nothing', async () => {
      const Key = `wrong/${algorithm}`
      const wrong = Buffer.from(value, 'base64').reverse().toString('base64')

      const refusal = await refusalOf(put(Key, { [header]: wrong }))

      expect(refusal).toEqual({ code: 'BadDigest', status: 400 })
      expect(await exists(Key)).toBe(false)
    })

    it('is taken from the trailer of a streamed body', async () => {
      const Key = `trailer/${algorithm}`
      const Body = Readable.from([Buffer.from('1234'), Buffer.from('56789')])

      await put(Key, { Body, ContentLength: BODY.length, ChecksumAlgorithm: algorithm })
      const read = await clientOf(storeOf()).send(
        new GetObjectCommand({ Bucket: storeOf().bucket, Key, ChecksumMode: 'ENABLED' }),
      )

      expect(read).toMatchObject({ [header]: value })
      expect(read.ContentEncoding).toBeUndefined()
      expect(await read.Body?.transformToString()).toBe(BODY)
    })
  })

  describe('Content-MD5', () => {
    it('accepts matching bytes', async () => {
      const { ETag } = await put('md5', { ContentMD5: digest('md5') })

      expect(ETag).toBe('"25f9e794323b453885f5181f1b624d0b"')
    })

    it.each([
      ['of other bytes', createHash('md5').update('other').digest('base64'), 'BadDigest'],
      ['that is none', 'bm90IGFuIG1kNQ==', 'InvalidDigest'],
    ])('%s is refused', async (_, ContentMD5, code) => {
      expect(await refusalOf(put('md5-wrong', { ContentMD5 }))).toEqual({ code, status: 400 })
      expect(await exists('md5-wrong')).toBe(false)
    })
  })
}
