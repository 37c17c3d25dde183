import { randomUUID } from 'node:crypto'
import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Failure } from '../../../electron/contract/failure/kinds.ts'
import type { DestinationId, SourceId, UploadId } from '../../../electron/contract/ids.ts'
import { MIB } from '../../../electron/contract/limits.ts'
import type { PartPlan } from '../../../electron/contract/part-plan.ts'
import { Statements } from '../../../electron/core/records/database.ts'
import { openRecords } from '../../../electron/core/records/open-records.ts'
import { type NewUpload, Records } from '../../../electron/core/records/records.ts'
import { SELECT_UPLOADS } from '../../../electron/core/records/stored-upload.ts'
import { isDiskFull } from '../../../electron/files/disk-full.ts'
import { temporaryFolder } from '../../fakes/core-ports.ts'
import { A_PLACE } from '../../fakes/upload-records.ts'
import { sharedBitsOf } from '../../loopback/loopback-harness.ts'

const NOW = Date.UTC(2026, 10, 20, 12)
const destinationId = randomUUID() as DestinationId

let folder: string
let remove: () => void

async function openAndClose(): Promise<void> {
  const { records: opened } = await openRecords(folder, NOW)
  opened.close()
}

beforeEach(() => {
  ;({ folder, remove } = temporaryFolder())
})

afterEach(() => remove())

function upload(key: string, byteLength = 1): NewUpload {
  const source = { path: null, name: key, byteLength, modifiedAtMs: 1.5, changedAtMs: 2.5 }
  return {
    uploadId: randomUUID() as UploadId,
    destinationId,
    sourceId: randomUUID() as SourceId,
    source,
    relativePath: key,
    name: key,
    folder: '',
    key,
    contentType: 'text/plain',
    token: 'token',
    createdAtMs: NOW,
    keyOrigin: { keyTemplate: '{prefix}{folder}{name}', wantedKey: key },
    hash8: null,
    statedType: null,
    encoding: null,
    decision: null,
  }
}

const same = (item: NewUpload) => item

const PLAN: PartPlan = { mode: 'multipart', byteLength: 12 * MIB, partBytes: 5 * MIB }
const CHECKED = { algorithm: 'crc32c', isChecked: true } as const

/** An upload that was prepared. */
function begun(records: Records): UploadId {
  const item = upload('a', PLAN.byteLength)
  records.add([item], same)
  records.setPlan(item.uploadId, PLAN, CHECKED, A_PLACE)
  return item.uploadId
}

const receipt = (partNumber: number, checksum: string) => ({
  partNumber,
  etag: `"${checksum}"`,
  checksum,
})

function planOf(database: DatabaseSync, sql: string): string {
  const steps = database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all()
  return steps.map((step) => String(step.detail)).join()
}

describe('the records', () => {
  it('keep their order across pages and restarts, newest last', async () => {
    const opened = (await openRecords(folder, NOW)).records
    const names = Array.from({ length: 7 }, (_, index) => `f${index}`)
    opened.add(
      names.map((name) => upload(name)),
      same,
    )
    opened.close()

    const { records } = await openRecords(folder, NOW)
    const first = records.uploads.page(null, 5)
    const second = records.uploads.page(first?.uploads.at(-1)?.uploadId ?? null, 5)

    expect(first?.uploads.map((each) => each.name)).toEqual(names.slice(0, 5))
    expect(first?.hasMore).toBe(true)
    expect(second?.uploads.map((each) => each.name)).toEqual(names.slice(5))
    expect(second?.hasMore).toBe(false)
    expect(records.uploads.page(randomUUID() as UploadId, 5)).toBeNull()
    records.close()
  })

  it('are readable by this user alone', async () => {
    await openAndClose()

    expect(sharedBitsOf(statSync(join(folder, 'records.sqlite')))).toBe(0)
  })

  it('count the bytes of receipts once per part, and announced parts not at all', async () => {
    const { records } = await openRecords(folder, NOW)
    const item = begun(records)
    const bytes = () => records.find(item)?.record.recordedBytes

    records.parts.announce(item, PLAN, [{ partNumber: 2, checksum: 'two' }])
    records.parts.add(item, PLAN, [receipt(1, 'a'), receipt(3, 'c')])
    records.parts.add(item, PLAN, [receipt(1, 'again')])
    const counted = bytes()
    expect(() => records.parts.add(item, PLAN, [receipt(2, 'b'), receipt(4, 'd')])).toThrow(
      RangeError,
    )

    expect([counted, bytes()]).toEqual([7 * MIB, 7 * MIB])
    expect([...records.parts.all(item).values()]).toEqual([
      { partNumber: 1, etag: '"again"', checksum: 'again' },
      { partNumber: 2, etag: null, checksum: 'two' },
      { partNumber: 3, etag: '"c"', checksum: 'c' },
    ])
    records.close()
  })

  it('hold a hundred thousand files and find each quickly', {
    timeout: 60_000,
  }, async () => {
    const { records } = await openRecords(folder, NOW)
    for (let batch = 0; batch < 200; batch += 1) {
      const items = Array.from({ length: 500 }, (_, index) => upload(`d${batch}/f${index}`, 7))
      records.add(items, (item) =>
        records.uploads.isKeyTaken(destinationId, item.key, null) ? null : item,
      )
    }

    const names = new Set<string>()
    for (let page = records.uploads.page(null, 5000); page !== null; ) {
      for (const each of page.uploads) names.add(each.name)
      page = page.hasMore ? records.uploads.page(page.uploads.at(-1)?.uploadId ?? null, 5000) : null
    }

    expect(names.size).toBe(100_000)
    expect(records.uploads.isKeyTaken(destinationId, 'd199/f499', null)).toBe(true)
    expect(records.uploads.isKeyTaken(destinationId, 'd199/f500', null)).toBe(false)
    records.close()
  })

  it('answer every question about one upload with an index', async () => {
    await openAndClose()
    const database = new DatabaseSync(join(folder, 'records.sqlite'))
    const unfinished = `phase IN ('waiting', 'paused', 'failed')`
    const questions = [
      `${SELECT_UPLOADS} WHERE uploads.upload_id = ?`,
      `SELECT 1 FROM uploads WHERE destination_id = ? AND key = ? AND ${unfinished}`,
      `SELECT upload_id FROM sources JOIN uploads USING (position)
       WHERE relative_path = ? AND modified_at_ms = ? AND destination_id = ?
       AND byte_length = ? AND ${unfinished} ORDER BY position`,
      `SELECT path FROM sources JOIN uploads USING (position) WHERE source_id = ? AND ${unfinished}`,
      'SELECT 1 FROM links WHERE url = ?',
      'SELECT 1 FROM transfers WHERE store_upload_id = ?',
      `SELECT 1 FROM uploads JOIN transfers USING (position) WHERE destination_id = ? AND key = ?
       AND ${unfinished} AND begun_at_ms IS NOT NULL`,
    ]

    const plans = questions.map((sql) => planOf(database, sql))

    for (const plan of plans) {
      expect(plan).toMatch(/USING (COVERING )?INDEX/)
      expect(plan).not.toMatch(/\bSCAN\b/)
    }
    expect(plans[2]).toContain('sources_by_file (relative_path=? AND modified_at_ms=?)')
    const toClean = `${SELECT_UPLOADS} WHERE phase = 'cancelled' AND store_is_clean = 0`
    expect(planOf(database, toClean)).toContain('uploads USING INDEX uploads_to_clean')
    database.close()
  })
})

describe('uploads that failed', () => {
  const failedBy = (records: Records, key: string, failure: Failure) => {
    const item = upload(key)
    records.add([item], same)
    records.uploads.mark([{ uploadId: item.uploadId, mark: { phase: 'failed', failure } }])
    return item.uploadId
  }

  it('because of a locked key store are tried again at the next start, and no others', async () => {
    const { records } = await openRecords(folder, NOW)
    const locked = failedBy(records, 'a', { kind: 'secret-store-unavailable' })
    const gone = failedBy(records, 'b', { kind: 'source-missing' })
    records.close()

    const next = (await openRecords(folder, NOW)).records

    const phases = [locked, gone].map((uploadId) => next.find(uploadId)?.record.status.phase)
    next.close()
    expect(phases).toEqual(['waiting', 'failed'])
  })

  it('are counted per kind of failure, including one whose failure cannot be read', async () => {
    const { records } = await openRecords(folder, NOW)
    for (const key of ['a', 'b']) failedBy(records, key, { kind: 'source-missing' })
    records.add([upload('c')], same)
    records.close()
    const database = new DatabaseSync(join(folder, 'records.sqlite'))
    database.exec("UPDATE uploads SET failure = '{' WHERE key = 'b'")
    database.close()

    const next = (await openRecords(folder, NOW)).records

    const counts = next.uploads.countPhases().map((each) => ({ ...each }))
    next.close()
    expect(counts).toEqual([
      { phase: 'failed', failureKind: null, count: 1 },
      { phase: 'failed', failureKind: 'source-missing', count: 1 },
      { phase: 'waiting', failureKind: null, count: 1 },
    ])
  })
})

describe('a damaged file', () => {
  it.each([
    ['is not a database', (file: string) => writeFileSync(file, 'hello '.repeat(1000))],
    ['was truncated', (file: string) => writeFileSync(file, readFileSync(file).subarray(0, 5000))],
    [
      'was overwritten in the middle',
      (file: string) => {
        const bytes = readFileSync(file)
        writeFileSync(file, bytes.fill(0xaa, 4096, bytes.length))
      },
    ],
  ])('that %s is moved aside, reported, and replaced', async (_how, damage) => {
    const file = join(folder, 'records.sqlite')
    const first = (await openRecords(folder, NOW)).records
    first.add(
      Array.from({ length: 500 }, (_, index) => upload(`f${index}`)),
      same,
    )
    first.close()
    damage(file)

    const { records, notices } = await openRecords(folder, NOW)

    const movedTo = 'records.corrupt-2026-11-20T12-00-00-000Z.sqlite'
    expect(notices).toEqual([{ kind: 'file-set-aside', what: 'records', movedTo }])
    expect(readdirSync(folder)).toContain(movedTo)
    expect(records.uploads.page(null, 10)?.uploads).toEqual([])
    records.add([upload('works')], same)
    records.close()
  })

  it('from a newer version of Ferry is set aside, too', async () => {
    await openAndClose()
    const database = new DatabaseSync(join(folder, 'records.sqlite'))
    database.exec('PRAGMA user_version = 999')
    database.close()

    const { records, notices } = await openRecords(folder, NOW)

    expect(notices).toMatchObject([{ kind: 'file-set-aside' }])
    records.close()
  })
})

describe('the ID of a multipart upload', () => {
  it('is on the disk before it is used, and other records do not wait for the disk', async () => {
    await openAndClose()
    const database = new DatabaseSync(join(folder, 'records.sqlite'))
    const sql = new Statements(database)
    const modes: unknown[] = []
    const run = sql.run.bind(sql)
    sql.run = (...args) => {
      modes.push(database.prepare('PRAGMA synchronous').get()?.synchronous)
      if (args[1] === 'broken') throw new Error('The disk is full')
      run(...args)
    }
    database.exec('PRAGMA synchronous = NORMAL')
    const records = new Records(sql)
    const uploadId = begun(records)
    modes.length = 0

    records.setStoreUpload(uploadId, 'id', null)
    expect(() => records.setStoreUpload(uploadId, 'broken', null)).toThrow('full')
    records.parts.add(uploadId, PLAN, [])

    const [FULL, NORMAL] = [2, 1]
    expect(modes).toEqual([FULL, FULL, NORMAL])
    records.close()
  })
})

describe('an upload that replaces another', () => {
  it("keeps that one's position, also across a restart", async () => {
    const opened = (await openRecords(folder, NOW)).records
    const [first, old, last, again] = ['a', 'b', 'c', 'again'].map((name) => upload(name))
    if (!first || !old || !last || !again) throw new Error('Four were made')
    opened.add([first, old, last], same)
    opened.setPlan(old.uploadId, PLAN, CHECKED, A_PLACE)

    opened.supersede(old.uploadId, again)
    opened.add([upload('d')], same)
    opened.close()

    const { records } = await openRecords(folder, NOW)
    const names = records.uploads.page(null, 10)?.uploads.map((each) => each.name)
    expect(names).toEqual(['a', 'again', 'c', 'd'])
    expect(records.uploads.toClean(null).map((row) => row.record.uploadId)).toEqual([old.uploadId])
    records.setStoreClean(old.uploadId)
    expect(records.find(old.uploadId)).toBeNull()
    records.close()
  })
})

describe('a full disk', () => {
  it('loses the batch that did not fit, as a whole, and nothing else', async () => {
    await openAndClose()
    const database = new DatabaseSync(join(folder, 'records.sqlite'))
    const records = new Records(new Statements(database))
    records.add([upload('before')], same)
    const pages = Number(database.prepare('PRAGMA page_count').get()?.page_count)
    database.exec(`PRAGMA max_page_count = ${pages + 2}`)
    const batch = Array.from({ length: 500 }, (_, index) => upload(`f${index}`))
    let thrown: unknown

    try {
      records.add(batch, same)
    } catch (error) {
      thrown = error
    }

    expect(isDiskFull(thrown)).toBe(true)
    expect(records.uploads.page(null, 10)?.uploads.map((each) => each.name)).toEqual(['before'])
    database.exec('PRAGMA max_page_count = 100000')
    records.add(batch, same)
    expect(records.uploads.page(null, 1000)?.uploads).toHaveLength(501)
    records.close()
  })

  it('is distinguished from other errors', () => {
    const quota = Object.assign(new Error('x'), { code: 'EDQUOT' })
    const space = Object.assign(new Error('x'), { code: 'ENOSPC' })
    const denied = Object.assign(new Error('x'), { code: 'EACCES' })
    const busy = Object.assign(new Error('x'), { code: 'ERR_SQLITE_ERROR', errcode: 5 })

    expect([quota, space, denied, busy, 'ENOSPC'].map(isDiskFull)).toEqual([
      true,
      true,
      false,
      false,
      false,
    ])
  })
})

describe('a folder that cannot be written', () => {
  it('is no reason to move anything aside', async () => {
    await openAndClose()
    const file = join(folder, 'records.sqlite')
    const before = readdirSync(folder)
    chmodSync(file, 0o400)
    const isRoot = process.getuid?.() === 0

    const opening = openAndClose()

    // Root can write everywhere; everybody else gets the error.
    if (isRoot) await opening
    else await expect(opening).rejects.toThrow('Ferry cannot use its list of uploads')
    expect(readdirSync(folder).filter((name) => name.includes('corrupt'))).toEqual([])
    expect(before).toContain('records.sqlite')
    // Windows does not remove a file that is marked read-only.
    chmodSync(file, 0o600)
  })
})
