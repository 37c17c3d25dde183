import { describe, expect, it } from 'vitest'
import type { PartPlan } from '../../electron/contract/part-plan.ts'
import type { PreparedUpload } from '../../electron/contract/upload.ts'
import { type PartSums, sumsAfterPrepare } from '../../renderer/upload/engine/part-sums.ts'
import { partChecksumOf } from '../fakes/fake-checksums.ts'
import { sourceIdOf } from '../fakes/upload-records.ts'

const plan: PartPlan = { mode: 'multipart', byteLength: 4, partBytes: 1 }
const preparedWith = (...held: readonly number[]): PreparedUpload => ({
  plan,
  algorithm: 'crc32c',
  held: held.map((partNumber) => ({
    partNumber,
    byteLength: 1,
    etag: '"e"',
    checksum: `old${partNumber}`,
  })),
  isComplete: false,
})
const changed = { ok: false, failure: { kind: 'source-changed' } }

function read(sums: PartSums, ...partNumbers: readonly number[]): void {
  for (const partNumber of partNumbers) {
    sums.noteRead(partNumber, partChecksumOf(`sum${partNumber}`))
    sums.noteLanded(partNumber, `sum${partNumber}`)
  }
}

describe('what has to be read again', () => {
  it('is what an earlier run sent, if nobody wrote to the file', () => {
    const sums = sumsAfterPrepare(null, preparedWith(1, 2), sourceIdOf(1))
    read(sums, 3, 4)
    sums.noteReread(2, partChecksumOf('old2'))

    expect(sums.toReread(true)).toEqual([1])
  })

  it('is all of it that was not read after every part had been read once', () => {
    const sums = sumsAfterPrepare(null, preparedWith(1, 2), sourceIdOf(1))
    sums.noteReread(1, partChecksumOf('old1'))
    read(sums, 3, 4)
    sums.noteReread(2, partChecksumOf('old2'))

    expect(sums.toReread(false)).toEqual([1, 3, 4])
  })

  it('is not forgotten over a pause, unless the store has something else by then', () => {
    const before = sumsAfterPrepare(null, preparedWith(1, 2), sourceIdOf(1))
    before.noteReread(1, partChecksumOf('old1'))
    before.noteReread(2, partChecksumOf('old2'))
    const [first, ...others] = preparedWith(1, 2).held
    const other = { ...preparedWith(), held: [{ ...first, checksum: 'new1' }, ...others] }

    const sums = sumsAfterPrepare(before, other as PreparedUpload, sourceIdOf(1))

    expect(sums).toBe(before)
    expect(sums.toReread(true)).toEqual([1])
  })
})

describe('what is known of the file', () => {
  it('ends with the file itself, or with another way to sum it up', () => {
    const sums = sumsAfterPrepare(null, preparedWith(), sourceIdOf(1))
    sums.noteRead(1, partChecksumOf('sum1'))

    expect(sumsAfterPrepare(sums, preparedWith(), sourceIdOf(1)).toSend(1)).toBe('sum1')
    expect(sumsAfterPrepare(sums, preparedWith(), sourceIdOf(2)).toSend(1)).toBeUndefined()
    const other = { ...preparedWith(), algorithm: 'md5' } as const
    expect(sumsAfterPrepare(sums, other, sourceIdOf(1)).toSend(1)).toBeUndefined()
  })

  it('is a change, when a part that the store refused is another when read again', () => {
    const sums = sumsAfterPrepare(null, preparedWith(), sourceIdOf(1))
    sums.noteRead(1, partChecksumOf('sum1'))
    sums.doubt(1)

    expect(sums.toSend(1)).toBeUndefined()
    expect(sums.noteRead(1, partChecksumOf('other'))).toEqual(changed)
    expect(sums.noteRead(1, partChecksumOf('sum1'))).toEqual({ ok: true, value: 'sum1' })
  })

  it('is a change, when a part that the store has reads otherwise', () => {
    const sums = sumsAfterPrepare(null, preparedWith(1), sourceIdOf(1))

    expect(sums.noteReread(1, partChecksumOf('other'))).toEqual(changed)
  })
})

describe('bytes that are read again', () => {
  it('are compared by their CRC, where that is known of what the store has', () => {
    const sums = sumsAfterPrepare(null, preparedWith(1), sourceIdOf(1))
    sums.noteRead(2, partChecksumOf('sum2', 'crc2'))
    const early = sums.isCrcKnown(2)
    sums.noteLanded(2, 'sum2')

    expect([early, sums.isCrcKnown(1), sums.isCrcKnown(2)]).toEqual([false, false, true])
    expect(sums.noteRereadCrc(2, 'crc2')).toEqual({ ok: true, value: null })
    expect(sums.noteRereadCrc(2, 'other')).toEqual(changed)
    expect(sums.noteRereadCrc(1, 'crc1')).toEqual(changed)
  })

  it('are not, where the store has other bytes than those that were read', () => {
    const sums = sumsAfterPrepare(null, preparedWith(1), sourceIdOf(1))
    sums.noteRead(1, partChecksumOf('sum1', 'crc1'))

    expect(sums.isCrcKnown(1)).toBe(false)
    expect(sums.noteReread(1, partChecksumOf('sum1', 'crc1'))).toEqual(changed)
    expect(sums.noteReread(1, partChecksumOf('old1', 'crc-old'))).toEqual({ ok: true, value: null })
    expect(sums.isCrcKnown(1)).toBe(true)
  })
})
