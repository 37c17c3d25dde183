import { crc32 } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CRC32, combinedCrc } from '../../../electron/lib/crc-combine.ts'
import {
  type ChecksumAlgorithm,
  checksumOfParts,
  startChecksum,
} from '../../../electron/local-bucket/http/checksums.ts'

async function checksumOf(algorithm: ChecksumAlgorithm, ...pieces: Buffer[]): Promise<string> {
  const running = await startChecksum(algorithm)
  for (const piece of pieces) running.update(piece)
  return running.digest().toString('base64')
}

describe('checksums', () => {
  it.each(['CRC32', 'CRC32C', 'CRC64NVME'] as const)(
    'of %s over parts of any length combine to the checksum of the whole',
    async (algorithm) => {
      const bytes = fc.uint8Array({ maxLength: 300 }).map((each) => Buffer.from(each))
      await fc.assert(
        fc.asyncProperty(fc.array(bytes, { minLength: 1, maxLength: 6 }), async (parts) => {
          const checksums = await Promise.all(
            parts.map(async (part) => ({
              value: await checksumOf(algorithm, part),
              byteLength: part.length,
            })),
          )

          const combined = checksumOfParts(algorithm, 'FULL_OBJECT', checksums)

          expect(combined.value).toBe(await checksumOf(algorithm, Buffer.concat(parts)))
        }),
      )
    },
  )

  it('do not depend on the chunk boundaries or on other checksums running at the same time', async () => {
    const body = Buffer.alloc(200_000, 'ferry')
    const cut = [body.subarray(0, 3), body.subarray(3, 70_000), body.subarray(70_000)]

    const values = await Promise.all(
      Array.from({ length: 6 }, () => checksumOf('CRC64NVME', ...cut)),
    )

    expect(new Set([...values, await checksumOf('CRC64NVME', body)]).size).toBe(1)
  })

  it('combine over a length far larger than memory', () => {
    const zeros = (count: number): bigint => {
      let crc = 0
      for (const piece = Buffer.alloc(1024); count > 0; count -= piece.length) {
        crc = crc32(piece, crc)
      }
      return BigInt(crc)
    }
    const [head, tail] = [BigInt(crc32('head')), zeros(1 << 20)]

    const once = combinedCrc(CRC32, head, tail, 1 << 20)
    let doubled = tail
    for (let length = 1 << 20; length < 2 ** 40; length *= 2) {
      doubled = combinedCrc(CRC32, doubled, doubled, length)
    }
    const direct = combinedCrc(CRC32, combinedCrc(CRC32, head, tail, 1 << 20), doubled, 2 ** 40)
    const other = combinedCrc(
      CRC32,
      head,
      combinedCrc(CRC32, tail, doubled, 2 ** 40),
      2 ** 40 + (1 << 20),
    )

    expect(once).toBe(BigInt(crc32(Buffer.concat([Buffer.from('head'), Buffer.alloc(1 << 20)]))))
    expect(direct).toBe(other)
  })

  it.each([
    ['CRC32', 'NhCmhg=='],
    ['CRC32C', 'mnG7TA=='],
  ] as const)('of %s make a composite over the list of parts', async (algorithm, value) => {
    const part = { value, byteLength: 5 }
    const digests = Buffer.concat([Buffer.from(value, 'base64'), Buffer.from(value, 'base64')])

    const composite = checksumOfParts(algorithm, 'COMPOSITE', [part, part])

    expect(composite).toEqual({
      algorithm,
      type: 'COMPOSITE',
      value: `${await checksumOf(algorithm, digests)}-2`,
    })
  })
})
