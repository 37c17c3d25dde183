import { describe, expect, it } from 'vitest'
import type { ChecksumAlgorithm } from '../../../electron/contract/checksum.ts'
import {
  partsByChecksum,
  type RecordedPart,
} from '../../../electron/core/integrity/part-checksums.ts'
import { checksumOf } from '../../fakes/core-harness.ts'

const bytes = Buffer.from('123456789')
const A = { crc32c: await checksumOf('crc32c', bytes), md5: await checksumOf('md5', bytes) }
const B = { crc32c: 'AAAAAA==', md5: await checksumOf('md5', Buffer.from('other')) }
const etagOf = (md5: string) => `"${Buffer.from(md5, 'base64').toString('hex')}"`

interface Case {
  readonly algorithm?: ChecksumAlgorithm
  readonly echo?: string
  /** Null: the store does not say. */
  readonly etag?: string | null
  readonly isMeasured?: boolean
  readonly recorded?: Omit<RecordedPart, 'partNumber'>
  readonly encryption?: string
}

/** The facts known about one listed part: its checksum, and whether the store itself stated it. */
function known({ algorithm = 'crc32c', echo, etag = '"e"', recorded, ...more }: Case) {
  const { encryption, isMeasured = true } = more
  const echoed = echo === undefined ? {} : { crc32c: echo }
  const listed = [{ partNumber: 7, byteLength: 9, etag, echoed, isMeasured }]
  const records = new Map(recorded ? [[7, { partNumber: 7, ...recorded }]] : [])
  const { held, unknown } = partsByChecksum(algorithm, listed, records, encryption ?? null)
  const [part] = held
  return part === undefined ? unknown : [part.checksum, part.isStores ? 'store' : 'records']
}

const announced = (checksum: string | null) => ({ etag: null, checksum })
const received = (etag: string, checksum: string) => ({ etag, checksum })

describe('the checksum of a part that the store lists', () => {
  it.each<[string, Case, unknown[]]>([
    ["is the store's own", { echo: A.crc32c }, [A.crc32c, 'store']],
    [
      'is the one that both state',
      { echo: A.crc32c, recorded: announced(A.crc32c) },
      [A.crc32c, 'store'],
    ],
    ['is not known when the two differ', { echo: B.crc32c, recorded: announced(A.crc32c) }, [7]],
    [
      'is the announced one without a receipt',
      { recorded: announced(A.crc32c) },
      [A.crc32c, 'records'],
    ],
    [
      'is the one of the receipt with its ETag',
      { recorded: received('"e"', A.crc32c) },
      [A.crc32c, 'records'],
    ],
    [
      'is the one of the receipt, whatever the quotes',
      { etag: 'W/"e"', recorded: received('e', A.crc32c) },
      [A.crc32c, 'records'],
    ],
    ['is not known under another ETag', { recorded: received('"f"', A.crc32c) }, [7]],
    ['is not known when two were announced', { recorded: announced(null) }, [7]],
    ['is not known when nothing is recorded', {}, [7]],
    ['is never a malformed one', { echo: 'AAAA' }, [7]],
  ])('%s', (_what, given, expected) => {
    expect(known(given)).toEqual(expected)
  })

  it.each<[string, Case, unknown[]]>([
    ['is the MD5 in the ETag', { etag: etagOf(A.md5) }, [A.md5, 'store']],
    [
      'is the MD5 in the ETag, announced as well',
      { etag: etagOf(A.md5), recorded: announced(A.md5) },
      [A.md5, 'store'],
    ],
    [
      'is not known when another was announced',
      { etag: etagOf(B.md5), recorded: announced(A.md5) },
      [7],
    ],
    [
      'is the one of the receipt if the store encrypts, so that the ETag only looks like an MD5',
      { etag: etagOf(B.md5), recorded: received(etagOf(B.md5), A.md5) },
      [A.md5, 'records'],
    ],
    [
      'is found by the ETag when two were announced',
      { etag: etagOf(B.md5), recorded: announced(null) },
      [B.md5, 'store'],
    ],
    [
      'is the announced one under an ETag of another kind',
      { recorded: announced(A.md5) },
      [A.md5, 'records'],
    ],
    [
      'is the announced one where a key service encrypts, whatever the ETag looks like',
      { etag: etagOf(B.md5), recorded: announced(A.md5), encryption: 'aws:kms' },
      [A.md5, 'records'],
    ],
    [
      'is not known with a key service when two were announced',
      { etag: etagOf(B.md5), recorded: announced(null), encryption: 'aws:kms' },
      [7],
    ],
    [
      "is found by the ETag if the store's own keys encrypt",
      { etag: etagOf(A.md5), encryption: 'AES256' },
      [A.md5, 'store'],
    ],
  ])('in MD5 %s', (_what, given, expected) => {
    expect(known({ algorithm: 'md5', ...given })).toEqual(expected)
  })
})

describe('a part about which the store says little', () => {
  const receipt = received('"e"', A.crc32c)

  it.each<[string, Case, unknown[]]>([
    ['without ETag matches the receipt', { etag: null, recorded: receipt }, [A.crc32c, 'records']],
    [
      'without ETag and length matches the receipt, too',
      { etag: null, isMeasured: false, recorded: receipt },
      [A.crc32c, 'records'],
    ],
    [
      'without length matches the receipt with its ETag',
      { isMeasured: false, recorded: receipt },
      [A.crc32c, 'records'],
    ],
    [
      'without length is another one under another ETag',
      { isMeasured: false, etag: '"x"', recorded: receipt },
      [7],
    ],
    [
      'without length may be incomplete if it has no receipt',
      { isMeasured: false, recorded: announced(A.crc32c) },
      [7],
    ],
    [
      'without length is known by the checksum that the store returns',
      { isMeasured: false, echo: A.crc32c },
      [A.crc32c, 'store'],
    ],
    [
      'without ETag cannot be named to Complete if it has no receipt',
      { etag: null, echo: A.crc32c },
      [7],
    ],
  ])('%s', (_what, given, expected) => {
    expect(known(given)).toEqual(expected)
  })

  it('is named to Complete with the ETag of its receipt', () => {
    const listed = [{ partNumber: 7, byteLength: 9, etag: null, echoed: {}, isMeasured: true }]
    const records = new Map([[7, { partNumber: 7, ...receipt }]])

    const { held } = partsByChecksum('crc32c', listed, records)

    expect(held.map(({ etag }) => etag)).toEqual(['"e"'])
  })
})

describe('a part that the store lists twice', () => {
  const twice = (first: string, second: string, recorded: RecordedPart | null) => {
    const listed = [first, second].map((etag) => ({
      ...{ partNumber: 7, byteLength: 9, etag, isMeasured: true },
      echoed: { crc32c: A.crc32c },
    }))
    const records = new Map(recorded === null ? [] : [[7, recorded]])
    return partsByChecksum('crc32c', listed, records)
  }

  it('counts once, with the later entry', () => {
    const { held, unknown } = twice('"old"', '"new"', null)

    expect(held.map(({ etag }) => etag)).toEqual(['"new"'])
    expect(unknown).toEqual([])
  })

  it.each([
    ['"ours"', '"other"'],
    ['"other"', '"ours"'],
  ])('is the one that was acknowledged, whichever comes first: %s, %s', (first, second) => {
    const listed = [first, second].map((etag) => ({
      ...{ partNumber: 7, byteLength: 9, etag, isMeasured: true },
      echoed: { crc32c: A.crc32c },
    }))
    const records = new Map([[7, { partNumber: 7, etag: '"ours"', checksum: A.crc32c }]])

    const { held, unknown } = partsByChecksum('crc32c', listed, records)

    expect(held.map(({ etag }) => etag)).toEqual(['"ours"'])
    expect(unknown).toEqual([])
  })

  it('is sent again, once, if neither is known', () => {
    const recorded = { partNumber: 7, etag: '"ours"', checksum: B.crc32c }

    expect(twice('"a"', '"b"', recorded)).toEqual({ held: [], unknown: [7] })
  })
})
