import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ShareLink } from '../../../electron/contract/commands/links.ts'
import type { UploadRecord } from '../../../electron/contract/commands/uploads.ts'
import type { SourceId, UploadId } from '../../../electron/contract/ids.ts'
import { openRecords } from '../../../electron/core/records/open-records.ts'
import type { Records } from '../../../electron/core/records/records.ts'
import { temporaryFolder } from '../../fakes/core-ports.ts'
import { A_PLACE, destinationIdOf } from '../../fakes/upload-records.ts'

const NOW = Date.UTC(2026, 10, 20, 12)
const DAY_MS = 86_400_000
const FINISHED = { etag: '"e"', proof: null }

let folder: string
let remove: () => void
let records: Records

beforeEach(async () => {
  ;({ folder, remove } = temporaryFolder())
  records = (await openRecords(folder, NOW)).records
})

afterEach(() => {
  records.close()
  remove()
})

async function restartAt(nowMs: number): Promise<void> {
  records.close()
  records = (await openRecords(folder, nowMs)).records
}

function link(name: string, createdAtMs = NOW): ShareLink {
  return { url: `https://store.example/${name}`, createdAtMs, expiresAtMs: createdAtMs + DAY_MS }
}

/** A finished upload with one link. */
function uploaded(key: string, first: ShareLink, destination = 1): UploadRecord {
  const uploadId = randomUUID() as UploadId
  const upload = {
    uploadId,
    destinationId: destinationIdOf(destination),
    sourceId: randomUUID() as SourceId,
    source: { path: null, name: key, byteLength: 1, modifiedAtMs: 1, changedAtMs: null },
    relativePath: key,
    name: key,
    folder: '',
    key,
    contentType: 'text/plain',
    token: 'token',
    createdAtMs: NOW,
    keyOrigin: { keyTemplate: '{name}', wantedKey: key },
    hash8: null,
    statedType: null,
    encoding: null,
    decision: null,
  }
  records.add([upload], (each) => each)
  const plan = { mode: 'single', byteLength: 1 } as const
  records.setPlan(uploadId, plan, { algorithm: 'crc32c', isChecked: true }, A_PLACE)
  return records.finish(uploadId, FINISHED, NOW, first)
}

/** Reads the database file directly. */
async function stored(sql: string): Promise<Record<string, unknown>[]> {
  records.close()
  const database = new DatabaseSync(join(folder, 'records.sqlite'))
  const rows = database.prepare(sql).all()
  database.close()
  records = (await openRecords(folder, NOW)).records
  return rows.map((row) => ({ ...row }))
}

const isKnown = ({ url }: ShareLink) => records.links.isShareLink(url)

describe('the links of an object', () => {
  it('are all known, and the upload shows the newest', async () => {
    const [first, second] = [link('a?1'), link('a?2', NOW + 1)]
    const upload = uploaded('a', first)

    records.links.add(upload, second)
    await restartAt(NOW + 2)

    expect([first, second].map(isKnown)).toEqual([true, true])
    expect(records.find(upload.uploadId)?.record.link).toEqual(second)
    expect(records.uploads.page(null, 10)?.uploads).toHaveLength(1)
  })

  it('stay known when the upload leaves the list', async () => {
    const only = link('a?1')
    const { uploadId } = uploaded('a', only)

    records.uploads.clear([uploadId])
    await restartAt(NOW + 1)

    expect(records.find(uploadId)).toBeNull()
    expect(isKnown(only)).toBe(true)
    expect(records.links.latest(NOW + 1)).toBe(only.url)
  })

  it('name the object that they lead to', async () => {
    const { uploadId } = uploaded('films/a', link('a?1'), 2)

    const rows = await stored('SELECT upload_id, destination_id, key FROM links')

    expect(rows).toEqual([
      { upload_id: uploadId, destination_id: destinationIdOf(2), key: 'films/a' },
    ])
  })

  it('that no longer work are deleted, and those of other destinations are not', () => {
    const [here, there] = [link('a?1'), link('b?1')]
    const { uploadId } = uploaded('a', here)
    uploaded('b', there, 2)

    records.links.dropAll(destinationIdOf(1))

    expect([here, there].map(isKnown)).toEqual([false, true])
    expect(records.find(uploadId)?.record.link).toBeNull()
  })
})

describe('links that have expired', () => {
  it('are deleted at the next start, except the one that an upload in the list shows', async () => {
    const [first, second, cleared] = [link('a?1'), link('a?2'), link('b?1')]
    const shown = uploaded('a', first)
    records.links.add(shown, second)
    const { uploadId } = uploaded('b', cleared)
    records.uploads.clear([uploadId])

    await restartAt(NOW + DAY_MS)

    expect([first, second, cleared].map(isKnown)).toEqual([false, true, false])
    expect(records.find(shown.uploadId)?.record.link).toEqual(second)
    expect(records.links.latest(NOW + DAY_MS)).toBeNull()
  })

  it('stay while others of the same upload do not expire', async () => {
    const [brief, long] = [link('a?1', NOW), link('a?2', NOW + DAY_MS)]
    const { uploadId } = uploaded('a', long)
    records.links.add({ uploadId, destinationId: destinationIdOf(1), key: 'a' }, brief)

    await restartAt(NOW + DAY_MS)

    expect([brief, long].map(isKnown)).toEqual([true, true])
    expect(records.links.latest(NOW + DAY_MS)).toBe(long.url)
  })
})

describe('an upload that leaves the records', () => {
  it('takes its source, transfer and parts along', async () => {
    const { uploadId } = uploaded('a', link('a?1'))

    records.uploads.clear([uploadId])

    const tables = ['uploads', 'sources', 'transfers', 'parts', 'links']
    const counts = tables.map((table) => `(SELECT count(*) FROM ${table}) AS ${table}`)
    expect(await stored(`SELECT ${counts.join()}`)).toEqual([
      { uploads: 0, sources: 0, transfers: 0, parts: 0, links: 1 },
    ])
  })
})
