import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { PartOnStore } from '../../../electron/contract/commands/uploads.ts'
import type { UploadId } from '../../../electron/contract/ids.ts'
import { MIB } from '../../../electron/contract/limits.ts'
import type { PartPlan } from '../../../electron/contract/part-plan.ts'
import { Statements } from '../../../electron/core/records/database.ts'
import { openRecords } from '../../../electron/core/records/open-records.ts'
import { Records } from '../../../electron/core/records/records.ts'
import { isDiskFull } from '../../../electron/files/disk-full.ts'
import { temporaryFolder } from '../../fakes/core-ports.ts'
import { A_PLACE, destinationIdOf, sourceIdOf } from '../../fakes/upload-records.ts'

const NOW = Date.UTC(2026, 10, 20, 12)
const PLAN: PartPlan = { mode: 'multipart', byteLength: 10_000 * 5 * MIB, partBytes: 5 * MIB }

let folder: string
let remove: () => void
let database: DatabaseSync
let records: Records
const uploadId = randomUUID() as UploadId

async function openAndClose(): Promise<void> {
  const { records: opened } = await openRecords(folder, NOW)
  opened.close()
}

beforeEach(async () => {
  ;({ folder, remove } = temporaryFolder())
  await openAndClose()
  database = new DatabaseSync(join(folder, 'records.sqlite'))
  records = new Records(new Statements(database))
  const { byteLength } = PLAN
  const source = { path: null, name: 'a', byteLength, modifiedAtMs: 1, changedAtMs: null }
  const place = { relativePath: 'a', name: 'a', folder: '', key: 'a' }
  const ids = { uploadId, destinationId: destinationIdOf(1), sourceId: sourceIdOf(1) }
  const rules = { keyOrigin: { keyTemplate: '{name}', wantedKey: 'a' }, hash8: null }
  const kept = {
    ...rules,
    statedType: null,
    encoding: null,
    decision: null,
    contentType: '',
    token: 't',
  }
  const upload = { ...ids, ...place, ...kept, source, createdAtMs: NOW }
  records.add([upload], (each) => each)
  records.setPlan(uploadId, PLAN, { algorithm: 'crc32c', isChecked: true }, A_PLACE)
})

afterEach(() => {
  records.close()
  remove()
})

const announce = (checksum: string, partNumber = 1) =>
  records.parts.announce(uploadId, PLAN, [{ partNumber, checksum }])
const receive = (checksum: string, etag = `"${checksum}"`) =>
  records.parts.add(uploadId, PLAN, [{ partNumber: 1, etag, checksum }])
const held = (partNumber: number, checksum: string): PartOnStore => ({
  partNumber,
  byteLength: 5 * MIB,
  etag: `"${checksum}"`,
  checksum,
})
const part = (partNumber = 1) => records.parts.all(uploadId).get(partNumber)

describe('a part that is announced', () => {
  it('is known by its checksum before it has arrived', () => {
    announce('a')

    expect(part()).toEqual({ partNumber: 1, etag: null, checksum: 'a' })
  })

  it('keeps its receipt if it is announced again with the same checksum', () => {
    announce('a')
    receive('a')

    announce('a')

    expect(part()).toEqual({ partNumber: 1, etag: '"a"', checksum: 'a' })
    expect(records.find(uploadId)?.record.recordedBytes).toBe(5 * MIB)
  })

  it('has no known checksum after a second one until its receipt comes', () => {
    announce('a')
    announce('b')
    const between = part()
    announce('b')
    const still = part()

    receive('b')

    const unknown = { partNumber: 1, etag: null, checksum: null }
    expect([between, still]).toEqual([unknown, unknown])
    expect(part()).toEqual({ partNumber: 1, etag: '"b"', checksum: 'b' })
  })

  it('loses the receipt of the first checksum if it is announced with another', () => {
    receive('a')

    announce('b')

    expect(records.find(uploadId)?.record.recordedBytes).toBe(0)
  })
})

describe('the parts that the store lists', () => {
  it('are the ones that count; an unlisted part may still be on its way', () => {
    receive('a')
    announce('two', 2)
    announce('three', 3)

    records.parts.reconcile(uploadId, PLAN, [held(2, 'two')], [3])

    expect([...records.parts.all(uploadId).values()]).toEqual([
      { partNumber: 1, etag: null, checksum: 'a' },
      { partNumber: 2, etag: '"two"', checksum: 'two' },
      { partNumber: 3, etag: null, checksum: null },
    ])
    expect(records.find(uploadId)?.record.recordedBytes).toBe(5 * MIB)
  })

  it('keep an unknown checksum when the part is announced', () => {
    records.parts.reconcile(uploadId, PLAN, [], [1])

    announce('a')

    expect(part()).toEqual({ partNumber: 1, etag: null, checksum: null })
  })
})

describe('another algorithm', () => {
  it('forgets the checksums by the old one, and the same algorithm keeps them', () => {
    announce('a')

    records.setPlan(uploadId, PLAN, { algorithm: 'crc32c', isChecked: false }, A_PLACE)
    const kept = part()
    records.setPlan(uploadId, PLAN, { algorithm: 'md5', isChecked: true }, A_PLACE)

    expect(kept?.checksum).toBe('a')
    expect(part()).toBeUndefined()
  })
})

describe('an object that was not the file', () => {
  it('is counted, and everything that made it is forgotten', () => {
    records.transfers.setBegun(uploadId, NOW)
    records.setStoreUpload(uploadId, 'store', null)
    receive('a')

    records.noteDiffering(uploadId)
    const row = records.noteDiffering(uploadId)

    expect(row).toMatchObject({ differingCount: 2, storeUploadId: null, begunAtMs: null })
    expect(row.record).toMatchObject({ plan: PLAN, recordedBytes: 0 })
    expect(part()).toBeUndefined()
  })
})

describe('a full disk', () => {
  const parts = Array.from({ length: 5000 }, (_, index) => held(index + 1, `sum-${index}`))

  it.each([
    ['announcing', () => records.parts.announce(uploadId, PLAN, parts)],
    ['recording receipts', () => records.parts.add(uploadId, PLAN, parts)],
    ['reconciling with the store', () => records.parts.reconcile(uploadId, PLAN, parts, [])],
  ])('while %s loses nothing, and the next try works', (_what, work) => {
    receive('before')
    const pages = Number(database.prepare('PRAGMA page_count').get()?.page_count)
    database.exec(`PRAGMA max_page_count = ${pages + 1}`)
    let thrown: unknown

    try {
      work()
    } catch (error) {
      thrown = error
    }
    const after = [...records.parts.all(uploadId).values()]
    database.exec('PRAGMA max_page_count = 100000')
    work()

    expect(isDiskFull(thrown)).toBe(true)
    expect(after).toEqual([{ partNumber: 1, etag: '"before"', checksum: 'before' }])
    expect(records.parts.all(uploadId).size).toBe(5000)
  })
})
