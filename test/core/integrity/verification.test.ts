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
  const sums = await Promise.all(PIECES.map((piece) => checksumOf(algorithm, piece)))
  return checksumOf(algorithm, Buffer.concat(sums.map((sum) => Buffer.from(sum, 'base64'))))
}

const whole = (algorithm: ChecksumAlgorithm) => ({ level: 'whole', algorithm })
const parts = (algorithm: ChecksumAlgorithm) => ({ level: 'parts', algorithm })

describe('the proof of an object in parts', () => {
  it.each(['crc64nvme', 'crc32c'] as const)(
    'is whole by the %s of all its bytes, told or untold that it is',
    async (algorithm) => {
      const expected = await expectedBy(algorithm, 'multipart', false)
      const sum = await checksumOf(algorithm, BYTES)

      for (const type of [false, null]) {
        expect(proofOf(expected, head({ [algorithm]: sum }, type))).toEqual(whole(algorithm))
      }
      expect(proofOf(expected, head({ [algorithm]: sum.replace(/^./, '_') }))).toBe('differs')
    },
  )

  it.each(['crc32c', 'sha256'] as const)(
    'is whole by the %s of its checksums, numbered or not',
    async (algorithm) => {
      const expected = await expectedBy(algorithm, 'multipart')
      const sum = await compositeOf(algorithm)

      expect(proofOf(expected, head({ [algorithm]: `${sum}-2` }, true))).toEqual(whole(algorithm))
      expect(proofOf(expected, head({ [algorithm]: sum }, null))).toEqual(whole(algorithm))
      expect(proofOf(expected, head({ [algorithm]: `_${sum}-2` }, true))).toBe('differs')
    },
  )

  it('is not judged by a SHA-256 of all its bytes, which parts do not tell', async () => {
    const expected = await expectedBy('sha256', 'multipart')
    const sums = { sha256: await checksumOf('sha256', BYTES) }

    expect(proofOf(expected, head(sums, false))).toEqual(parts('sha256'))
  })

  it('is whole by an ETag of MD5s, and an ETag of another kind says nothing', async () => {
    const expected = await expectedBy('md5', 'multipart')
    const etag = Buffer.from(await compositeOf('md5'), 'base64').toString('hex')

    expect(proofOf(expected, head({}, null, `"${etag}-2"`))).toEqual(whole('md5'))
    // A key service's: whatever it looks like, it says nothing.
    expect(proofOf(expected, head({}, null, `"${etag}-2"`, 'aws:kms'))).toEqual(parts('md5'))
    expect(proofOf(expected, head({}, null, `"${etag}-3"`))).toEqual(parts('md5'))
  })

  it.each(ChecksumAlgorithm.options)(
    'by %s is what the store has checked on the way, where it shows nothing',
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
  it.each(['crc64nvme', 'crc32c', 'sha256'] as const)('is whole by %s', async (algorithm) => {
    const expected = await expectedBy(algorithm, 'single', false)
    const sum = await checksumOf(algorithm, BYTES)

    expect(proofOf(expected, head({ [algorithm]: sum }))).toEqual(whole(algorithm))
    expect(proofOf(expected, head({ [algorithm]: `_${sum}` }))).toBe('differs')
    expect(proofOf(expected, head({}))).toEqual({ level: 'none' })
  })

  it('is whole by an ETag that is its MD5, and by a checksum that the store has checked', async () => {
    const md5 = await expectedBy('md5', 'single', false)
    const sha = await expectedBy('sha256', 'single', true)
    const etag = Buffer.from(await checksumOf('md5', BYTES), 'base64').toString('hex')

    expect(proofOf(md5, head({}, null, `"${etag}"`))).toEqual(whole('md5'))
    expect(proofOf(md5, head({}, null, '"x"'))).toEqual({ level: 'none' })
    expect(proofOf(sha, null)).toEqual(whole('sha256'))
  })
})
