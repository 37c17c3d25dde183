import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { MIB } from '../../../electron/contract/limits.ts'
import type { PartPlan } from '../../../electron/contract/part-plan.ts'
import { MIGRATIONS } from '../../../electron/core/records/migrations.ts'
import { openRecords } from '../../../electron/core/records/open-records.ts'
import { CoreHarness, someBytes } from '../../fakes/core-harness.ts'
import { temporaryFolder } from '../../fakes/core-ports.ts'
import { A_PLACE, destinationIdOf, sourceIdOf, uploadIdOf } from '../../fakes/upload-records.ts'

const NOW = Date.UTC(2026, 10, 20, 12)
const PLAN: PartPlan = { mode: 'multipart', byteLength: 12 * MIB, partBytes: 5 * MIB }

let folder: string
let remove: () => void

beforeEach(() => {
  ;({ folder, remove } = temporaryFolder())
})

afterEach(() => remove())

const file = () => join(folder, 'records.sqlite')

function openVersion(version: number): DatabaseSync {
  const database = new DatabaseSync(file())
  database.exec('PRAGMA journal_mode = WAL; PRAGMA foreign_keys = ON')
  for (const sql of MIGRATIONS.slice(0, version)) database.exec(sql)
  database.exec(`PRAGMA user_version = ${version}`)
  return database
}

/**
 * One upload in every phase, as the first version of Ferry wrote them; the first three have begun.
 */
const OLD_UPLOADS = [
  { phase: 'waiting', plan_mode: 'multipart', begun_at_ms: NOW, store_upload_id: 'at-the-store' },
  { phase: 'paused', plan_mode: 'multipart', begun_at_ms: NOW },
  { phase: 'failed', plan_mode: 'single', failure: '{"kind":"access-denied"}' },
  { phase: 'done', plan_mode: 'multipart', etag: '"whole-3"', finished_at_ms: NOW },
  { phase: 'cancelled', plan_mode: 'multipart', begun_at_ms: NOW, store_is_clean: 0 },
  { phase: 'cancelled', is_listed: 0, store_is_clean: 0 },
  { phase: 'waiting' },
]

function writeOldUploads(database: DatabaseSync, hasParts = true): void {
  for (const [index, special] of OLD_UPLOADS.entries()) {
    const number = index + 1
    const isDone = special.phase === 'done'
    const row = {
      upload_id: uploadIdOf(number),
      destination_id: destinationIdOf(1),
      source_id: sourceIdOf(number),
      path: `/home/me/f${number}`,
      relative_path: `trip/f${number}`,
      modified_at_ms: NOW - 0.25,
      byte_length: PLAN.byteLength,
      name: `f${number}`,
      folder: 'trip/',
      key: `trip/f${number}`,
      content_type: 'video/mp4',
      token: `token-${number}`,
      part_bytes: special.plan_mode === 'multipart' ? 5 * MIB : null,
      recorded_bytes: isDone ? PLAN.byteLength : 0,
      link_url: isDone ? 'https://store.example/f' : null,
      link_created_at_ms: isDone ? NOW : null,
      link_expires_at_ms: isDone ? NOW + 1000 : null,
      created_at_ms: NOW + index,
      ...special,
    }
    const names = Object.keys(row)
    database
      .prepare(`INSERT INTO uploads (${names.join()}) VALUES (${names.map(() => '?').join()})`)
      .run(...Object.values(row))
  }
  if (!hasParts) return
  const parts = 'INSERT INTO parts (position, part_number, byte_length, etag) VALUES (1, ?, ?, ?)'
  database.prepare(parts).run(1, 5 * MIB, '"one"')
  database.prepare(parts).run(3, 2 * MIB, '"three"')
  database.exec(`UPDATE uploads SET recorded_bytes = ${7 * MIB} WHERE position = 1`)
}

function oldRecords() {
  const database = openVersion(1)
  writeOldUploads(database)
  database.close()
  return openRecords(folder, NOW)
}

describe('a file from an earlier version', () => {
  it.each(MIGRATIONS.map((_, version) => version))('%i is migrated and works', async (version) => {
    openVersion(version).close()

    const { records, notices } = await openRecords(folder, NOW)

    expect(notices).toEqual([])
    expect(records.uploads.page(null, 1)?.uploads).toEqual([])
    records.close()
  })

  it('1 keeps every upload with everything known about it', async () => {
    const { records, notices } = await oldRecords()

    const uploads = records.uploads.page(null, 100)?.uploads ?? []

    expect(notices).toEqual([])
    expect(uploads.map((each) => each.status)).toEqual([
      { phase: 'waiting' },
      { phase: 'paused' },
      { phase: 'failed', failure: { kind: 'access-denied' } },
      { phase: 'done', finishedAtMs: NOW, etag: '"whole-3"', proof: null },
      { phase: 'cancelled', storeIsClean: false, why: 'person' },
      { phase: 'waiting' },
    ])
    expect(uploads[0]).toEqual({
      uploadId: uploadIdOf(1),
      destinationId: destinationIdOf(1),
      name: 'f1',
      folder: 'trip/',
      key: 'trip/f1',
      byteLength: PLAN.byteLength,
      contentType: 'video/mp4',
      status: { phase: 'waiting' },
      sourceId: sourceIdOf(1),
      isSourceDurable: true,
      plan: PLAN,
      recordedBytes: 7 * MIB,
      link: null,
      createdAtMs: NOW,
    })
    expect(uploads[3]?.link?.url).toBe('https://store.example/f')
    records.close()
  })

  it('1 keeps the facts that only the host knows, and claims nothing that was not known then', async () => {
    const { records } = await oldRecords()

    expect(records.find(uploadIdOf(1))).toMatchObject({
      token: 'token-1',
      storeUploadId: 'at-the-store',
      begunAtMs: NOW,
      modifiedAtMs: NOW - 0.25,
      changedAtMs: null,
      integrity: null,
      differingCount: 0,
      keyOrigin: null,
      hash8: null,
      statedType: null,
      decision: null,
      guard: 'none',
      encryption: null,
    })
    expect([...records.parts.all(uploadIdOf(1)).values()]).toEqual([
      { partNumber: 1, etag: '"one"', checksum: null },
      { partNumber: 3, etag: '"three"', checksum: null },
    ])
    // The upload that has left the list still has to be cleaned up.
    expect(records.uploads.toClean(null).map((row) => row.token)).toEqual(['token-5', 'token-6'])
    records.close()
  })

  it('7 forgets the change times that counted as proof then', async () => {
    const database = openVersion(7)
    writeOldUploads(database, false)
    database.exec(`UPDATE uploads SET changed_at_ms = ${NOW}`)
    database.close()

    const { records } = await openRecords(folder, NOW)

    expect(records.find(uploadIdOf(1))?.changedAtMs).toBeNull()
    records.close()
  })

  it('1 continues: an old receipt is no checksum for a part that is announced now', async () => {
    const { records } = await oldRecords()
    const uploadId = uploadIdOf(1)
    records.setPlan(uploadId, PLAN, { algorithm: 'md5', isChecked: true }, A_PLACE)

    records.parts.announce(uploadId, PLAN, [{ partNumber: 1, checksum: 'sum' }])
    records.cancel(uploadIdOf(2))

    expect(records.parts.all(uploadId).get(1)).toEqual({
      partNumber: 1,
      etag: null,
      checksum: null,
    })
    expect(records.find(uploadId)?.record.recordedBytes).toBe(2 * MIB)
    records.uploads.clear([uploadIdOf(4)])
    expect(records.uploads.page(null, 100)?.uploads).toHaveLength(5)
    records.close()
  })

  it('2 gets its keys, decisions and skips like any other from now on', async () => {
    const database = openVersion(2)
    writeOldUploads(database, false)
    database.close()
    const { records } = await openRecords(folder, NOW)
    const [asked, ended, over] = [uploadIdOf(7), uploadIdOf(4), uploadIdOf(3)]

    const decided = records.uploads.decide([asked, ended, uploadIdOf(99)], 'replace')
    const place = { key: 'new/f7', folder: 'new/', name: 'f7' }
    records.uploads.setKeyByRules(asked, place, { keyTemplate: 'new/{name}', wantedKey: 'new/f7' })
    records.uploads.setKey(asked, 'new/f7 (2)', 'f7 (2)', 'condition')
    records.skip(over)
    records.close()

    const again = (await openRecords(folder, NOW)).records
    expect(decided.map((each) => each.uploadId)).toEqual([asked])
    expect(again.find(asked)).toMatchObject({
      record: { key: 'new/f7 (2)', folder: 'new/', name: 'f7 (2)' },
      keyOrigin: { keyTemplate: 'new/{name}', wantedKey: 'new/f7' },
      decision: 'replace',
      guard: 'condition',
    })
    expect(again.find(over)?.record.status).toEqual({
      ...{ phase: 'cancelled', storeIsClean: false, why: 'exists' },
    })
    again.close()
  })

  it('8 keeps everything that gets a row of its own: sources, transfers, parts and links', async () => {
    const database = openVersion(8)
    writeOldUploads(database, false)
    database.exec(`
      UPDATE uploads SET changed_at_ms = ${NOW + 0.5}, hash8 = '0123abcd', stated_type = 'video/mp4',
        text_encoding = 'utf-8', checksum_algorithm = 'crc32c', is_checked = 1, differing_count = 1,
        encryption = 'AES256', completing_at_ms = ${NOW + 1}, guard = 'look',
        conflict_decision = 'replace', key_template = '{name}', wanted_key = 'f1',
        place_endpoint = 'https://store.example', place_bucket = 'films', place_region = 'eu-1',
        place_keys = 'keys AKIA'
      WHERE position = 1;
      INSERT INTO parts (position, part_number, byte_length, etag, checksum)
        VALUES (1, 2, ${5 * MIB}, '"two"', 'sum');
      DELETE FROM uploads WHERE position = 7`)
    database.close()

    const { records, notices } = await openRecords(folder, NOW)

    expect(notices).toEqual([])
    expect(records.find(uploadIdOf(1))).toEqual({
      record: expect.objectContaining({ uploadId: uploadIdOf(1), plan: PLAN, link: null }),
      relativePath: 'trip/f1',
      path: '/home/me/f1',
      modifiedAtMs: NOW - 0.25,
      changedAtMs: NOW + 0.5,
      integrity: { algorithm: 'crc32c', isChecked: true },
      token: 'token-1',
      storeUploadId: 'at-the-store',
      begunAtMs: NOW,
      completingAtMs: NOW + 1,
      differingCount: 1,
      keyOrigin: { keyTemplate: '{name}', wantedKey: 'f1' },
      hash8: '0123abcd',
      statedType: 'video/mp4',
      encoding: 'utf-8',
      decision: 'replace',
      guard: 'look',
      encryption: 'AES256',
      target: A_PLACE,
    })
    expect([...records.parts.all(uploadIdOf(1)).values()]).toEqual([
      { partNumber: 2, etag: '"two"', checksum: 'sum' },
    ])
    expect(records.sources.facts(sourceIdOf(1))?.path).toBe('/home/me/f1')
    expect(records.transfers.isKnownAtStore('at-the-store')).toBe(true)
    expect(records.links.isShareLink('https://store.example/f')).toBe(true)
    records.close()
    const migrated = new DatabaseSync(file())
    const last = migrated.prepare("SELECT seq FROM sqlite_sequence WHERE name = 'uploads'").get()
    // The position of a deleted upload is never given again.
    expect(last?.seq).toBe(7)
    expect(migrated.prepare('PRAGMA foreign_key_check').all()).toEqual([])
    migrated.close()
  })

  it('1 whose migration a crash interrupted is migrated at the next start', async () => {
    const database = openVersion(1)
    writeOldUploads(database)
    database.close()
    const torn = new DatabaseSync(file())
    torn.exec('BEGIN')
    torn.exec(MIGRATIONS[1] ?? '')
    // Never committed: the process died.
    torn.close()

    const { records, notices } = await openRecords(folder, NOW)

    expect(notices).toEqual([])
    expect(records.uploads.page(null, 100)?.uploads).toHaveLength(6)
    records.close()
  })
})

describe('a file that cannot be read', () => {
  it.each([
    [
      'from a newer version of Ferry',
      (path: string) => {
        const database = new DatabaseSync(path)
        database.exec('PRAGMA user_version = 999')
        database.close()
      },
    ],
    ['that is torn', (path: string) => writeFileSync(path, 'torn '.repeat(500))],
  ])('%s is set aside and affects nothing else', async (_which, spoil) => {
    let harness = await CoreHarness.start()
    const local = await harness.must('openLocalBucket', {})
    const bytes = someBytes(5)
    const { uploadId } = await harness.queueBytes(local, 'a.txt', bytes)
    await harness.prepared(uploadId)
    await harness.send(uploadId, bytes, [1])
    await harness.must('completeUpload', { uploadId })
    await harness.core.close()
    spoil(join(harness.folder, 'records.sqlite'))

    harness = await harness.restart()

    const { troubles } = await harness.must('describeHost', {})
    const { destinations } = await harness.must('listDestinations', {})
    expect(troubles).toMatchObject([{ kind: 'file-set-aside', what: 'records' }])
    expect(destinations.map((each) => each.destinationId)).toEqual([local.destinationId])
    expect((await harness.stored(local)).keys).toEqual(['a.txt'])
    expect(await harness.records()).toEqual([])
    await harness.close()
  })
})
