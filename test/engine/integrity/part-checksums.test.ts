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

function read(checksums: PartChecksums, ...partNumbers: readonly number[]): void {
  for (const partNumber of partNumbers) {
    checksums.recordRead(partNumber, partChecksumOf(`sum${partNumber}`))
    checksums.recordAcknowledged(partNumber, `sum${partNumber}`)
  }
}

describe('partsToReread', () => {
  it('lists the parts that an earlier run sent, if nobody wrote to the file', () => {
    const checksums = checksumsAfterPrepare(null, preparedWith(1, 2), sourceIdOf(1))
    read(checksums, 3, 4)
    checksums.recordReread(2, partChecksumOf('old2'))

    expect(checksums.partsToReread(true)).toEqual([1])
  })

  it('lists every part that was not read after all parts had been read once', () => {
    const checksums = checksumsAfterPrepare(null, preparedWith(1, 2), sourceIdOf(1))
    checksums.recordReread(1, partChecksumOf('old1'))
    read(checksums, 3, 4)
    checksums.recordReread(2, partChecksumOf('old2'))

    expect(checksums.partsToReread(false)).toEqual([1, 3, 4])
  })

  it('remembers rereads over a pause, unless the store has other parts by then', () => {
    const before = checksumsAfterPrepare(null, preparedWith(1, 2), sourceIdOf(1))
    before.recordReread(1, partChecksumOf('old1'))
    before.recordReread(2, partChecksumOf('old2'))
    const [first, ...others] = preparedWith(1, 2).held
    const other = { ...preparedWith(), held: [{ ...first, checksum: 'new1' }, ...others] }

    const checksums = checksumsAfterPrepare(before, other as PreparedUpload, sourceIdOf(1))

    expect(checksums).toBe(before)
    expect(checksums.partsToReread(true)).toEqual([1])
  })
})

describe('the known checksums', () => {
  it('are dropped with the file, or when the algorithm changes', () => {
    const checksums = checksumsAfterPrepare(null, preparedWith(), sourceIdOf(1))
    checksums.recordRead(1, partChecksumOf('sum1'))

    expect(checksumsAfterPrepare(checksums, preparedWith(), sourceIdOf(1)).checksumOf(1)).toBe(
      'sum1',
    )
    expect(
      checksumsAfterPrepare(checksums, preparedWith(), sourceIdOf(2)).checksumOf(1),
    ).toBeUndefined()
    const other = { ...preparedWith(), algorithm: 'md5' } as const
    expect(checksumsAfterPrepare(checksums, other, sourceIdOf(1)).checksumOf(1)).toBeUndefined()
  })

  it('report a changed file when a part that the store refused differs when read again', () => {
    const checksums = checksumsAfterPrepare(null, preparedWith(), sourceIdOf(1))
    checksums.recordRead(1, partChecksumOf('sum1'))
    checksums.distrust(1)

    expect(checksums.checksumOf(1)).toBeUndefined()
    expect(checksums.recordRead(1, partChecksumOf('other'))).toEqual(changed)
    expect(checksums.recordRead(1, partChecksumOf('sum1'))).toEqual({ ok: true, value: 'sum1' })
  })

  it('report a changed file when a part on the store differs when read again', () => {
    const checksums = checksumsAfterPrepare(null, preparedWith(1), sourceIdOf(1))

    expect(checksums.recordReread(1, partChecksumOf('other'))).toEqual(changed)
  })
})

describe('parts that are read again', () => {
  it('are compared by their CRC if the CRC of the store’s part is known', () => {
    const checksums = checksumsAfterPrepare(null, preparedWith(1), sourceIdOf(1))
    checksums.recordRead(2, partChecksumOf('sum2', 'crc2'))
    const early = checksums.isCrcKnown(2)
    checksums.recordAcknowledged(2, 'sum2')

    expect([early, checksums.isCrcKnown(1), checksums.isCrcKnown(2)]).toEqual([false, false, true])
    expect(checksums.recordRereadCrc(2, 'crc2')).toEqual({ ok: true, value: null })
    expect(checksums.recordRereadCrc(2, 'other')).toEqual(changed)
    expect(checksums.recordRereadCrc(1, 'crc1')).toEqual(changed)
  })

  it('are not compared by CRC if the store has other bytes than those that were read', () => {
    const checksums = checksumsAfterPrepare(null, preparedWith(1), sourceIdOf(1))
    checksums.recordRead(1, partChecksumOf('sum1', 'crc1'))

    expect(checksums.isCrcKnown(1)).toBe(false)
    expect(checksums.recordReread(1, partChecksumOf('sum1', 'crc1'))).toEqual(changed)
    expect(checksums.recordReread(1, partChecksumOf('old1', 'crc-old'))).toEqual({
      ok: true,
      value: null,
    })
    expect(checksums.isCrcKnown(1)).toBe(true)
  })
})
