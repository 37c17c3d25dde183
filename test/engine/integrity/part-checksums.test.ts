import { describe, expect, it } from 'vitest'
import type { PreparedUpload } from '../../../electron/contract/commands/uploads.ts'
import type { PartPlan } from '../../../electron/contract/part-plan.ts'
import {
  checksumsAfterPrepare,
  type PartChecksums,
} from '../../../renderer/engine/integrity/part-checksums.ts'
import { partChecksumOf } from '../../fakes/fake-checksums.ts'
import { sourceIdOf } from '../../fakes/upload-records.ts'

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

function read(sums: PartChecksums, ...partNumbers: readonly number[]): void {
  for (const partNumber of partNumbers) {
    sums.recordRead(partNumber, partChecksumOf(`sum${partNumber}`))
    sums.recordAcknowledged(partNumber, `sum${partNumber}`)
  }
}

describe('partsToReread', () => {
  it('lists the parts that an earlier run sent, if nobody wrote to the file', () => {
    const sums = checksumsAfterPrepare(null, preparedWith(1, 2), sourceIdOf(1))
    read(sums, 3, 4)
    sums.recordReread(2, partChecksumOf('old2'))

    expect(sums.partsToReread(true)).toEqual([1])
  })

  it('lists every part that was not read after all parts had been read once', () => {
    const sums = checksumsAfterPrepare(null, preparedWith(1, 2), sourceIdOf(1))
    sums.recordReread(1, partChecksumOf('old1'))
    read(sums, 3, 4)
    sums.recordReread(2, partChecksumOf('old2'))

    expect(sums.partsToReread(false)).toEqual([1, 3, 4])
  })

  it('remembers rereads over a pause, unless the store has other parts by then', () => {
    const before = checksumsAfterPrepare(null, preparedWith(1, 2), sourceIdOf(1))
    before.recordReread(1, partChecksumOf('old1'))
    before.recordReread(2, partChecksumOf('old2'))
    const [first, ...others] = preparedWith(1, 2).held
    const other = { ...preparedWith(), held: [{ ...first, checksum: 'new1' }, ...others] }

    const sums = checksumsAfterPrepare(before, other as PreparedUpload, sourceIdOf(1))

    expect(sums).toBe(before)
    expect(sums.partsToReread(true)).toEqual([1])
  })
})

describe('the known checksums', () => {
  it('are dropped with the file, or when the algorithm changes', () => {
    const sums = checksumsAfterPrepare(null, preparedWith(), sourceIdOf(1))
    sums.recordRead(1, partChecksumOf('sum1'))

    expect(checksumsAfterPrepare(sums, preparedWith(), sourceIdOf(1)).checksumOf(1)).toBe('sum1')
    expect(checksumsAfterPrepare(sums, preparedWith(), sourceIdOf(2)).checksumOf(1)).toBeUndefined()
    const other = { ...preparedWith(), algorithm: 'md5' } as const
    expect(checksumsAfterPrepare(sums, other, sourceIdOf(1)).checksumOf(1)).toBeUndefined()
  })

  it('report a changed file when a part that the store refused differs when read again', () => {
    const sums = checksumsAfterPrepare(null, preparedWith(), sourceIdOf(1))
    sums.recordRead(1, partChecksumOf('sum1'))
    sums.distrust(1)

    expect(sums.checksumOf(1)).toBeUndefined()
    expect(sums.recordRead(1, partChecksumOf('other'))).toEqual(changed)
    expect(sums.recordRead(1, partChecksumOf('sum1'))).toEqual({ ok: true, value: 'sum1' })
  })

  it('report a changed file when a part on the store differs when read again', () => {
    const sums = checksumsAfterPrepare(null, preparedWith(1), sourceIdOf(1))

    expect(sums.recordReread(1, partChecksumOf('other'))).toEqual(changed)
  })
})

describe('parts that are read again', () => {
  it('are compared by their CRC if the CRC of the store’s part is known', () => {
    const sums = checksumsAfterPrepare(null, preparedWith(1), sourceIdOf(1))
    sums.recordRead(2, partChecksumOf('sum2', 'crc2'))
    const early = sums.isCrcKnown(2)
    sums.recordAcknowledged(2, 'sum2')

    expect([early, sums.isCrcKnown(1), sums.isCrcKnown(2)]).toEqual([false, false, true])
    expect(sums.recordRereadCrc(2, 'crc2')).toEqual({ ok: true, value: null })
    expect(sums.recordRereadCrc(2, 'other')).toEqual(changed)
    expect(sums.recordRereadCrc(1, 'crc1')).toEqual(changed)
  })

  it('are not compared by CRC if the store has other bytes than those that were read', () => {
    const sums = checksumsAfterPrepare(null, preparedWith(1), sourceIdOf(1))
    sums.recordRead(1, partChecksumOf('sum1', 'crc1'))

    expect(sums.isCrcKnown(1)).toBe(false)
    expect(sums.recordReread(1, partChecksumOf('sum1', 'crc1'))).toEqual(changed)
    expect(sums.recordReread(1, partChecksumOf('old1', 'crc-old'))).toEqual({
      ok: true,
      value: null,
    })
    expect(sums.isCrcKnown(1)).toBe(true)
  })
})
