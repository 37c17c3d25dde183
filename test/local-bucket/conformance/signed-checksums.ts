import { createHash } from 'node:crypto'
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  type CompleteMultipartUploadCommandInput,
  CreateMultipartUploadCommand,
  type CreateMultipartUploadCommandInput,
  HeadObjectCommand,
  ListPartsCommand,
  PutObjectCommand,
  UploadPartCommand,
  type UploadPartCommandInput,
} from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import { describe, expect, it } from 'vitest'
import { clientOf, refusalOf, type StoreOf } from './store.ts'

const BODY = '123456789'
const digest = (name: string) => createHash(name).update(BODY).digest('base64')
const hex = (text: string) => Buffer.from(text, 'hex').toString('base64')

interface Sum {
  readonly name: string
  readonly header: string
  readonly right: string
  readonly begin: Partial<CreateMultipartUploadCommandInput>
  readonly field: (value: string) => Partial<UploadPartCommandInput>
}

/** The checksums with which Ferry's uploads begin and sign their parts, strongest first. */
const SUMS: readonly Sum[] = [
  {
    name: 'CRC64NVME',
    header: 'x-amz-checksum-crc64nvme',
    right: hex('ae8b14860a799888'),
    begin: { ChecksumAlgorithm: 'CRC64NVME', ChecksumType: 'FULL_OBJECT' },
    field: (ChecksumCRC64NVME) => ({ ChecksumCRC64NVME }),
  },
  {
    name: 'CRC32C',
    header: 'x-amz-checksum-crc32c',
    right: hex('e3069283'),
    begin: { ChecksumAlgorithm: 'CRC32C', ChecksumType: 'COMPOSITE' },
    field: (ChecksumCRC32C) => ({ ChecksumCRC32C }),
  },
  {
    name: 'SHA-256',
    header: 'x-amz-checksum-sha256',
    right: digest('sha256'),
    begin: { ChecksumAlgorithm: 'SHA256', ChecksumType: 'COMPOSITE' },
    field: (ChecksumSHA256) => ({ ChecksumSHA256 }),
  },
  {
    name: 'MD5',
    header: 'content-md5',
    right: digest('md5'),
    begin: {},
    field: (ContentMD5) => ({ ContentMD5 }),
  },
]

const [CRC64] = SUMS as readonly [Sum]

/** A valid checksum of other bytes. */
const wrongOf = (sum: Sum) =>
  Buffer.from(Buffer.from(sum.right, 'base64').map((byte) => byte ^ 0xff)).toString('base64')

/** Bodies that a page sends to presigned URLs with signed checksum headers. */
export function signedSumConformance(storeOf: StoreOf): void {
  const client = () => clientOf(storeOf(), { requestChecksumCalculation: 'WHEN_REQUIRED' })

  async function begin(Key: string, more: Partial<CreateMultipartUploadCommandInput>) {
    const { bucket: Bucket } = storeOf()
    const { UploadId } = await client().send(
      new CreateMultipartUploadCommand({ Bucket, Key, ...more }),
    )
    const named = { Bucket, Key, UploadId }
    return {
      named,
      part: (more: Partial<UploadPartCommandInput>) =>
        client().send(new UploadPartCommand({ ...named, PartNumber: 1, Body: BODY, ...more })),
      listed: async () => (await client().send(new ListPartsCommand(named))).Parts ?? [],
      complete: (
        ETag: string | undefined,
        more: Partial<CompleteMultipartUploadCommandInput> = {},
      ) => {
        const MultipartUpload = { Parts: [{ PartNumber: 1, ETag }] }
        return client().send(
          new CompleteMultipartUploadCommand({ ...named, MultipartUpload, ...more }),
        )
      },
      abort: () => client().send(new AbortMultipartUploadCommand(named)),
    }
  }

  const head = (Key: string) =>
    client().send(new HeadObjectCommand({ Bucket: storeOf().bucket, Key, ChecksumMode: 'ENABLED' }))

  async function put(
    command: UploadPartCommand | PutObjectCommand,
    header: string,
    headers: Record<string, string>,
  ) {
    const options = {
      expiresIn: 300,
      signableHeaders: new Set(['host', header]),
      unhoistableHeaders: new Set([header]),
    }
    const url =
      command instanceof UploadPartCommand
        ? await getSignedUrl(client(), command, options)
        : await getSignedUrl(client(), command, options)
    const answer = await fetch(url, { method: 'PUT', body: BODY, headers })
    const code = /<Code>(.*?)<\/Code>/.exec(await answer.text())?.[1] ?? null
    return { status: answer.status, code }
  }

  describe.each(SUMS)('$name, signed into the URL of a part', (sum) => {
    const { header, right, field } = sum
    const partOf = (named: object, value: string) =>
      new UploadPartCommand({
        ...(named as UploadPartCommandInput),
        PartNumber: 1,
        ...field(value),
      })

    it('accepts the right bytes', async () => {
      const upload = await begin(`signed/${header}`, sum.begin)

      const sent = await put(partOf(upload.named, right), header, { [header]: right })

      expect(sent).toEqual({ status: 200, code: null })
      expect(await upload.listed()).toMatchObject([{ PartNumber: 1, Size: BODY.length }])
      await upload.abort()
    })

    it('refuses other bytes and stores nothing', async () => {
      const upload = await begin(`signed/${header}`, sum.begin)
      const wrong = wrongOf(sum)

      const sent = await put(partOf(upload.named, wrong), header, { [header]: wrong })

      expect(sent).toEqual({ status: 400, code: 'BadDigest' })
      expect(await upload.listed()).toEqual([])
      await upload.abort()
    })

    it('can be neither changed nor omitted', async () => {
      const upload = await begin(`signed/${header}`, sum.begin)
      const command = () => partOf(upload.named, right)

      const changed = await put(command(), header, { [header]: wrongOf(sum) })
      const without = await put(command(), header, {})

      expect([changed.status, without.status]).toEqual([403, 403])
      await upload.abort()
    })

    it('protects the PUT of a whole file in the same way', async () => {
      const { bucket: Bucket } = storeOf()
      const Key = `signed-whole/${header}`
      const { ContentMD5, ...sums } = field(wrongOf(sum))
      const md5 = ContentMD5 === undefined ? {} : { ContentMD5 }
      const wrong = new PutObjectCommand({ Bucket, Key, ...sums, ...md5 })

      const sent = await put(wrong, header, { [header]: wrongOf(sum) })

      expect(sent).toEqual({ status: 400, code: 'BadDigest' })
      expect(await refusalOf(head(Key))).toMatchObject({ status: 404 })
    })
  })

  describe('the checksum of an upload', () => {
    it.each([
      ['another one', CRC64.begin, { ChecksumCRC32C: hex('e3069283') }],
      ['none, where it is made of the parts', { ChecksumAlgorithm: 'CRC32C' }, {}],
      ['none, where it is made of the parts', { ChecksumAlgorithm: 'SHA256' }, {}],
    ] as const)('refuses a part with %s', async (_, more, sums) => {
      const upload = await begin('other-sum', more)

      expect(await refusalOf(upload.part(sums))).toEqual({ code: 'InvalidRequest', status: 400 })
      expect(await upload.listed()).toEqual([])
      await upload.abort()
    })

    it('is computed from parts without checksums if it covers the whole object', async () => {
      const upload = await begin('unasked', CRC64.begin)
      const { ETag } = await upload.part({})

      await upload.complete(ETag, { ...CRC64.field(CRC64.right), ChecksumType: 'FULL_OBJECT' })

      expect(await head('unasked')).toMatchObject({
        ChecksumCRC64NVME: CRC64.right,
        ChecksumType: 'FULL_OBJECT',
      })
    })

    it('is returned in the list of parts if the upload began with one', async () => {
      const upload = await begin('echoed', CRC64.begin)
      const plain = await begin('not-echoed', {})
      await upload.part({ ChecksumCRC64NVME: CRC64.right })
      await plain.part({ ContentMD5: digest('md5') })

      const [echoed] = await upload.listed()
      const [silent] = await plain.listed()

      expect(echoed?.ChecksumCRC64NVME).toBe(CRC64.right)
      expect(silent?.ChecksumCRC64NVME).toBeUndefined()
      // The MD5 of the body, which S3 uses as the ETag of unencrypted objects.
      expect(silent?.ETag).toBe('"25f9e794323b453885f5181f1b624d0b"')
      await upload.abort()
      await plain.abort()
    })

    it('is required for the whole object at Complete, with its length, and returned by HEAD', async () => {
      const upload = await begin('demanded', CRC64.begin)
      const { ETag } = await upload.part({ ChecksumCRC64NVME: CRC64.right })
      const type = { ChecksumType: 'FULL_OBJECT' } as const
      const whole = { ...type, ChecksumCRC64NVME: CRC64.right }

      const refusals = [
        await refusalOf(upload.complete(ETag, { ...type, ChecksumCRC64NVME: wrongOf(CRC64) })),
        await refusalOf(upload.complete(ETag, { ...whole, MpuObjectSize: 8 })),
      ]
      const missing = await refusalOf(head('demanded'))
      await upload.complete(ETag, { ...whole, MpuObjectSize: 9 })

      expect(refusals).toEqual([
        { code: 'BadDigest', status: 400 },
        { code: 'InvalidRequest', status: 400 },
      ])
      expect(missing).toMatchObject({ status: 404 })
      expect(await head('demanded')).toMatchObject({ ...whole, ContentLength: 9 })
    })
  })
}
