import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  type CompleteMultipartUploadCommandInput,
  CreateMultipartUploadCommand,
  type CreateMultipartUploadCommandInput,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  PutObjectCommand,
  UploadPartCommand,
  type UploadPartCommandInput,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3'
import { describe, expect, it } from 'vitest'
import { clientOf, MIB, refusalOf, type StoreOf } from './store.ts'

const BIG = 5 * MIB

function uploadsOn(storeOf: StoreOf) {
  return async function begin(Key: string, more: Partial<CreateMultipartUploadCommandInput> = {}) {
    const { bucket: Bucket } = storeOf()
    const client = clientOf(storeOf())
    const begun = await client.send(new CreateMultipartUploadCommand({ Bucket, Key, ...more }))
    const named = { Bucket, Key, UploadId: begun.UploadId }
    return {
      begun,
      named,
      part: (PartNumber: number, Body: Buffer, rest: Partial<UploadPartCommandInput> = {}) =>
        client.send(new UploadPartCommand({ ...named, PartNumber, Body, ...rest })),
      complete: (Parts: CompletedPart[], rest: Partial<CompleteMultipartUploadCommandInput> = {}) =>
        client.send(
          new CompleteMultipartUploadCommand({ ...named, MultipartUpload: { Parts }, ...rest }),
        ),
      abort: () => client.send(new AbortMultipartUploadCommand(named)),
      parts: (rest: object = {}) => client.send(new ListPartsCommand({ ...named, ...rest })),
    }
  }
}

export function multipartConformance(storeOf: StoreOf): void {
  const begin = uploadsOn(storeOf)
  const read = async (Key: string, more: object = {}) => {
    const { bucket: Bucket } = storeOf()
    const answer = await clientOf(storeOf()).send(new GetObjectCommand({ Bucket, Key, ...more }))
    return { ...answer, bytes: Buffer.from((await answer.Body?.transformToByteArray()) ?? []) }
  }

  describe('multipart uploads', () => {
    it('join their parts by number, whatever the order of arrival', async () => {
      const upload = await begin('joined', { ContentType: 'text/plain', Metadata: { m: '1' } })
      const [one, two, three] = [Buffer.alloc(BIG, 'a'), Buffer.alloc(BIG, 'b'), Buffer.from('c')]
      const third = await upload.part(3, three)
      const first = await upload.part(1, one)
      const second = await upload.part(2, two)

      const result = await upload.complete([
        { PartNumber: 1, ETag: first.ETag },
        { PartNumber: 2, ETag: second.ETag },
        { PartNumber: 3, ETag: third.ETag },
      ])

      const object = await read('joined')
      expect(object.bytes.equals(Buffer.concat([one, two, three]))).toBe(true)
      expect(object).toMatchObject({ ContentType: 'text/plain', Metadata: { m: '1' } })
      expect(result.ETag).toMatch(/^"[0-9a-f]{32}-3"$/)
      expect(object.ETag).toBe(result.ETag)
      const part = await read('joined', { PartNumber: 2 })
      expect(part).toMatchObject({ PartsCount: 3, ContentLength: BIG })
      expect(part.bytes.equals(two)).toBe(true)
    })

    it('answer a repeated Complete like the first one', async () => {
      const upload = await begin('repeated-complete')
      const { ETag } = await upload.part(1, Buffer.from('once'))
      const first = await upload.complete([{ PartNumber: 1, ETag }])

      const second = await upload.complete([{ PartNumber: 1, ETag }])

      expect(second.ETag).toBe(first.ETag)
      expect(await refusalOf(upload.part(2, Buffer.from('late')))).toMatchObject({
        code: 'NoSuchUpload',
      })
    })

    it('are joined once when several Completes come at the same time', async () => {
      const upload = await begin('simultaneous')
      const bodies = [Buffer.alloc(BIG, '1'), Buffer.alloc(BIG, '2'), Buffer.from('3')]
      const parts: CompletedPart[] = []
      for (const [index, body] of bodies.entries()) {
        parts.push({ PartNumber: index + 1, ETag: (await upload.part(index + 1, body)).ETag })
      }

      const results = await Promise.all([1, 2, 3, 4].map(() => upload.complete(parts)))

      expect(new Set(results.map((result) => result.ETag)).size).toBe(1)
      expect((await read('simultaneous')).bytes.equals(Buffer.concat(bodies))).toBe(true)
    })

    it('keep the later of two parts with the same number', async () => {
      const upload = await begin('same-number')
      const first = await upload.part(1, Buffer.from('old'))
      const second = await upload.part(1, Buffer.from('newer'))

      const stale = await refusalOf(upload.complete([{ PartNumber: 1, ETag: first.ETag }]))
      await upload.complete([{ PartNumber: 1, ETag: second.ETag }])

      expect(stale).toEqual({ code: 'InvalidPart', status: 400 })
      expect((await read('same-number')).bytes.toString()).toBe('newer')
    })

    it('leave out parts that Complete does not list', async () => {
      const upload = await begin('subset')
      const first = await upload.part(1, Buffer.from('kept'))
      await upload.part(7, Buffer.from('dropped'))

      await upload.complete([{ PartNumber: 1, ETag: first.ETag }])

      expect((await read('subset')).bytes.toString()).toBe('kept')
    })

    it('refuse wrong lists and do not change', async () => {
      const upload = await begin('wrong-lists')
      const one = { PartNumber: 1, ETag: (await upload.part(1, Buffer.from('small'))).ETag }
      const two = { PartNumber: 2, ETag: (await upload.part(2, Buffer.from('last'))).ETag }

      const refusals = {
        unordered: await refusalOf(upload.complete([two, one])),
        twice: await refusalOf(upload.complete([one, one])),
        small: await refusalOf(upload.complete([one, two])),
        missing: await refusalOf(upload.complete([{ PartNumber: 3, ETag: one.ETag }])),
        otherEtag: await refusalOf(upload.complete([{ ...one, ETag: two.ETag }])),
        noEtag: await refusalOf(upload.complete([{ PartNumber: 1 }])),
        empty: await refusalOf(upload.complete([])),
        length: await refusalOf(upload.complete([one], { MpuObjectSize: 6 })),
      }

      expect(refusals).toEqual({
        unordered: { code: 'InvalidPartOrder', status: 400 },
        twice: { code: 'InvalidPartOrder', status: 400 },
        small: { code: 'EntityTooSmall', status: 400 },
        missing: { code: 'InvalidPart', status: 400 },
        otherEtag: { code: 'InvalidPart', status: 400 },
        noEtag: { code: 'MalformedXML', status: 400 },
        empty: { code: 'MalformedXML', status: 400 },
        length: { code: 'InvalidRequest', status: 400 },
      })
      expect((await upload.parts()).Parts).toHaveLength(2)
      await upload.complete([one], { MpuObjectSize: 5 })
      expect((await read('wrong-lists')).bytes.toString()).toBe('small')
    })

    it.each([0, 10_001])('refuse part number %i', async (number) => {
      const upload = await begin('numbers')

      expect(await refusalOf(upload.part(number, Buffer.from('x')))).toEqual({
        code: 'InvalidArgument',
        status: 400,
      })
      await upload.abort()
    })

    it('list their parts page by page', async () => {
      const upload = await begin('paged-parts')
      const numbers = [1, 2, 3, 5, 8, 13, 10_000]
      for (const number of numbers) await upload.part(number, Buffer.from(`part ${number}`))

      const seen: number[] = []
      for (let PartNumberMarker: string | undefined; ; ) {
        const page = await upload.parts({ MaxParts: 3, PartNumberMarker })
        seen.push(...(page.Parts?.map((part) => part.PartNumber ?? 0) ?? []))
        PartNumberMarker = page.NextPartNumberMarker
        if (page.IsTruncated !== true) break
      }

      expect(seen).toEqual(numbers)
      const [last] = (await upload.parts({ PartNumberMarker: '13' })).Parts ?? []
      expect(last).toMatchObject({ PartNumber: 10_000, Size: 10, ETag: expect.any(String) })
      await upload.abort()
    })

    it('are listed page by page until they are aborted', async () => {
      const keys = ['list/a', 'list/a', 'list/b', 'list/c/1', 'list/c/2', 'list/d']
      const uploads = []
      for (const key of keys) uploads.push(await begin(key))
      const { bucket: Bucket } = storeOf()
      const client = clientOf(storeOf())
      const all = async (more: object) => {
        const seen: string[] = []
        for (let marker = {}; ; ) {
          const page = await client.send(
            new ListMultipartUploadsCommand({ Bucket, Prefix: 'list/', ...more, ...marker }),
          )
          seen.push(...(page.Uploads?.map((each) => `${each.Key} ${each.UploadId}`) ?? []))
          seen.push(...(page.CommonPrefixes?.map((each) => each.Prefix ?? '') ?? []))
          marker = { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker }
          if (page.IsTruncated !== true) return seen
        }
      }

      const listed = await all({})
      const paged = await all({ MaxUploads: 1 })
      const folded = await all({ Delimiter: '/' })
      for (const upload of uploads) await upload.abort()

      const expected = uploads.map(({ named }) => `${named.Key} ${named.UploadId}`)
      expect(listed.toSorted()).toEqual(expected.toSorted())
      expect(paged.toSorted()).toEqual(expected.toSorted())
      expect(folded).toContain('list/c/')
      expect(folded).toHaveLength(5)
      expect(await all({})).toEqual([])
    })

    it('do not exist after an abort', async () => {
      const upload = await begin('aborted')
      const { ETag } = await upload.part(1, Buffer.from('x'))

      await upload.abort()

      const gone = { code: 'NoSuchUpload', status: 404 }
      expect(await refusalOf(upload.abort())).toEqual(gone)
      expect(await refusalOf(upload.parts())).toEqual(gone)
      expect(await refusalOf(upload.part(1, Buffer.from('x')))).toEqual(gone)
      expect(await refusalOf(upload.complete([{ PartNumber: 1, ETag }]))).toEqual(gone)
    })

    it.each(['../..', '../../index.sqlite', '', '\u0000', 'x'.repeat(3000)])(
      'of the id %j do not exist',
      async (UploadId) => {
        const named = { Bucket: storeOf().bucket, Key: 'tricked', UploadId }
        const body = { PartNumber: 1, Body: 'x' }

        const refusal = await refusalOf(
          clientOf(storeOf()).send(new UploadPartCommand({ ...named, ...body })),
        )

        expect(refusal).toEqual({ code: 'NoSuchUpload', status: 404 })
      },
    )

    it('belong to one key only', async () => {
      const upload = await begin('own-key')
      const other = { ...upload.named, Key: 'other-key' }

      expect(await refusalOf(clientOf(storeOf()).send(new ListPartsCommand(other)))).toEqual({
        code: 'NoSuchUpload',
        status: 404,
      })
      await upload.abort()
    })

    it('complete only if their condition holds', async () => {
      const { bucket: Bucket } = storeOf()
      const upload = await begin('conditional-complete')
      const { ETag } = await upload.part(1, Buffer.from('mine'))
      await clientOf(storeOf()).send(
        new PutObjectCommand({ Bucket, Key: 'conditional-complete', Body: 'theirs' }),
      )

      const refusal = await refusalOf(
        upload.complete([{ PartNumber: 1, ETag }], { IfNoneMatch: '*' }),
      )

      expect(refusal).toEqual({ code: 'PreconditionFailed', status: 412 })
      expect((await read('conditional-complete')).bytes.toString()).toBe('theirs')
      await upload.complete([{ PartNumber: 1, ETag }])
      expect((await read('conditional-complete')).bytes.toString()).toBe('mine')
    })

    it('can copy parts from other objects', async () => {
      const { bucket: Bucket } = storeOf()
      const client = clientOf(storeOf())
      await client.send(new PutObjectCommand({ Bucket, Key: 'part-source', Body: '0123456789' }))
      const upload = await begin('copied-part')

      const { CopyPartResult } = await client.send(
        new UploadPartCopyCommand({
          ...upload.named,
          PartNumber: 1,
          CopySource: `${Bucket}/part-source`,
          CopySourceRange: 'bytes=2-5',
        }),
      )
      await upload.complete([{ PartNumber: 1, ETag: CopyPartResult?.ETag }])

      expect((await read('copied-part')).bytes.toString()).toBe('2345')
    })
  })

  describe('checksums of parts', () => {
    const bodies = [Buffer.alloc(BIG, 'x'), Buffer.from('123456789')] as const
    const whole = Buffer.concat(bodies)

    it.each(['CRC32', 'CRC32C', 'CRC64NVME'] as const)(
      'of %s combine to the checksum of the whole object',
      async (algorithm) => {
        const client = clientOf(storeOf())
        const { bucket: Bucket } = storeOf()
        const name = `Checksum${algorithm}` as const
        const single = await client.send(
          new PutObjectCommand({
            Bucket,
            Key: 'whole',
            Body: whole,
            ChecksumAlgorithm: algorithm,
          }),
        )
        const upload = await begin('in-parts', {
          ChecksumAlgorithm: algorithm,
          ChecksumType: 'FULL_OBJECT',
        })
        const parts: CompletedPart[] = []
        for (const [index, body] of bodies.entries()) {
          const sent = await upload.part(index + 1, body, { ChecksumAlgorithm: algorithm })
          parts.push({ PartNumber: index + 1, ETag: sent.ETag, [name]: sent[name] })
        }
        const wrong = await refusalOf(
          upload.complete(parts, { [name]: parts[0]?.[name], ChecksumType: 'FULL_OBJECT' }),
        )

        const result = await upload.complete(parts, {
          [name]: single[name],
          ChecksumType: 'FULL_OBJECT',
        })

        expect(wrong).toEqual({ code: 'BadDigest', status: 400 })
        expect(result).toMatchObject({ [name]: single[name], ChecksumType: 'FULL_OBJECT' })
      },
    )

    it('of SHA-256 are listed, required and combined into a composite', async () => {
      const upload = await begin('composite', { ChecksumAlgorithm: 'SHA256' })
      const sent = await upload.part(1, bodies[1], { ChecksumAlgorithm: 'SHA256' })
      const part = { PartNumber: 1, ETag: sent.ETag }
      const other = { ...part, ChecksumSHA256: Buffer.alloc(32).toString('base64') }

      const listed = await upload.parts()
      const without = await refusalOf(upload.complete([part]))
      const wrong = await refusalOf(upload.complete([other]))
      await upload.complete([{ ...part, ChecksumSHA256: sent.ChecksumSHA256 }])

      expect(listed).toMatchObject({ ChecksumAlgorithm: 'SHA256', ChecksumType: 'COMPOSITE' })
      expect(listed.Parts?.[0]?.ChecksumSHA256).toBe(sent.ChecksumSHA256)
      expect(without).toEqual({ code: 'InvalidRequest', status: 400 })
      expect(wrong).toEqual({ code: 'InvalidPart', status: 400 })
      const head = await clientOf(storeOf()).send(
        new HeadObjectCommand({
          Bucket: storeOf().bucket,
          Key: 'composite',
          ChecksumMode: 'ENABLED',
        }),
      )
      // SHA-256 of the parts' SHA-256 checksums, with the number of parts.
      expect(head).toMatchObject({
        ChecksumSHA256: 'KSsNAHVmgy25S/rmic1w0at3KBH9RLn0nYVQ7p6mpJQ=-1',
        ChecksumType: 'COMPOSITE',
      })
    })

    it('refuse a part whose bytes do not match', async () => {
      const upload = await begin('wrong-part', { ChecksumAlgorithm: 'CRC32C' })

      const refusal = await refusalOf(
        upload.part(1, bodies[1], { ChecksumCRC32C: 'AAAAAA==', ContentMD5: undefined }),
      )

      expect(refusal).toEqual({ code: 'BadDigest', status: 400 })
      expect((await upload.parts()).Parts ?? []).toEqual([])
      await upload.abort()
    })

    it.each([
      ['SHA256', 'FULL_OBJECT'],
      ['CRC64NVME', 'COMPOSITE'],
    ] as const)('do not exist as %s %s', async (ChecksumAlgorithm, ChecksumType) => {
      expect(await refusalOf(begin('no-such-type', { ChecksumAlgorithm, ChecksumType }))).toEqual({
        code: 'InvalidRequest',
        status: 400,
      })
    })
  })
}
