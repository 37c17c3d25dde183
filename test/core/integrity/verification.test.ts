import { describe, expect, it } from 'vitest'
import { ChecksumAlgorithm } from '../../../electron/contract/checksum.ts'
import { type ExpectedObject, proofOf } from '../../../electron/core/integrity/verification.ts'
import { checksumOf, someBytes } from '../../fakes/core-harness.ts'

const BYTES = someBytes(1000)
const PIECES = [BYTES.subarray(0, 600), BYTES.subarray(600)]

async function expectedBy(
  algorithm: ChecksumAlgorithm,
  mode: ExpectedObject['mode'],
  isChecked = true,
): Promise<ExpectedObject> {
  const pieces = mode === 'single' ? [BYTES] : PIECES
  const parts = pieces.map(async (piece) => ({
    value: await checksumOf(algorithm, piece),
    byteLength: piece.length,
  }))
  return { mode, algorithm, isChecked, parts: await Promise.all(parts) }
}

function head(
  sums: Partial<Record<ChecksumAlgorithm, string>>,
  isComposite: boolean | null = null,
  etag = '"x"',
  encryption: string | null = null,
) {
  return { byteLength: 1000, token: 't', etag, sums, isComposite, encryption }
}

async function compositeOf(algorithm: ChecksumAlgorithm): Promise<string> {
  const checksums = await Promise.all(PIECES.map((piece) => checksumOf(algorithm, piece)))
  return checksumOf(algorithm, Buffer.concat(checksums.map((each) => Buffer.from(each, 'base64'))))
}

const whole = (algorithm: ChecksumAlgorithm) => ({ level: 'whole', algorithm })
const parts = (algorithm: ChecksumAlgorithm) => ({ level: 'parts', algorithm })

describe('the proof of a multipart object', () => {
  it.each(['crc64nvme', 'crc32c'] as const)(
    'covers the whole object by the %s of all its bytes, whether or not the store names the type',
    async (algorithm) => {
      const expected = await expectedBy(algorithm, 'multipart', false)
      const checksum = await checksumOf(algorithm, BYTES)

      for (const type of [false, null]) {
        expect(proofOf(expected, head({ [algorithm]: checksum }, type))).toEqual(whole(algorithm))
      }
      expect(proofOf(expected, head({ [algorithm]: checksum.replace(/^./, '_') }))).toBe('differs')
    },
  )

  it.each(['crc32c', 'sha256'] as const)(
    'covers the whole object by the %s of its checksums, with or without the number of parts',
    async (algorithm) => {
      const expected = await expectedBy(algorithm, 'multipart')
      const checksum = await compositeOf(algorithm)

      expect(proofOf(expected, head({ [algorithm]: `${checksum}-2` }, true))).toEqual(
        whole(algorithm),
      )
      expect(proofOf(expected, head({ [algorithm]: checksum }, null))).toEqual(whole(algorithm))
      expect(proofOf(expected, head({ [algorithm]: `_${checksum}-2` }, true))).toBe('differs')
    },
  )

  it("ignores a SHA-256 of all its bytes, which the parts' checksums cannot confirm", async () => {
    const expected = await expectedBy('sha256', 'multipart')
    const checksums = { sha256: await checksumOf('sha256', BYTES) }

    expect(proofOf(expected, head(checksums, false))).toEqual(parts('sha256'))
  })

  it('covers the whole object by an ETag of MD5s, and ignores an ETag of another kind', async () => {
    const expected = await expectedBy('md5', 'multipart')
    const etag = Buffer.from(await compositeOf('md5'), 'base64').toString('hex')

    expect(proofOf(expected, head({}, null, `"${etag}-2"`))).toEqual(whole('md5'))
    // With a key service's key the ETag says nothing, whatever it looks like.
    expect(proofOf(expected, head({}, null, `"${etag}-2"`, 'aws:kms'))).toEqual(parts('md5'))
    expect(proofOf(expected, head({}, null, `"${etag}-3"`))).toEqual(parts('md5'))
  })

  it.each(ChecksumAlgorithm.options)(
    'is what the store checked by %s on arrival, if the store shows nothing',
    async (algorithm) => {
      const checked = await expectedBy(algorithm, 'multipart', true)
      const unchecked = await expectedBy(algorithm, 'multipart', false)

      for (const seen of [null, head({})]) {
        expect(proofOf(checked, seen)).toEqual(parts(algorithm))
        expect(proofOf(unchecked, seen)).toEqual({ level: 'none' })
      }
    },
  )
})

describe('the proof of an object in one PUT', () => {
  it.each(['crc64nvme', 'crc32c', 'sha256'] as const)(
    'covers the whole object by %s',
    async (algorithm) => {
      const expected = await expectedBy(algorithm, 'single', false)
      const checksum = await checksumOf(algorithm, BYTES)

      expect(proofOf(expected, head({ [algorithm]: checksum }))).toEqual(whole(algorithm))
      expect(proofOf(expected, head({ [algorithm]: `_${checksum}` }))).toBe('differs')
      expect(proofOf(expected, head({}))).toEqual({ level: 'none' })
    },
  )

  it('covers the whole object by an ETag that is its MD5, and by a checksum that the store has checked', async () => {
    const md5 = await expectedBy('md5', 'single', false)
    const sha = await expectedBy('sha256', 'single', true)
    const etag = Buffer.from(await checksumOf('md5', BYTES), 'base64').toString('hex')

    expect(proofOf(md5, head({}, null, `"${etag}"`))).toEqual(whole('md5'))
    expect(proofOf(md5, head({}, null, '"x"'))).toEqual({ level: 'none' })
    expect(proofOf(sha, null)).toEqual(whole('sha256'))
  })
})
