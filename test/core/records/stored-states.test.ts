import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Proof } from '../../../electron/contract/checksum.ts'
import type { UploadStatus } from '../../../electron/contract/commands/uploads.ts'
import type { Failure } from '../../../electron/contract/failure/kinds.ts'
import { MIGRATIONS } from '../../../electron/core/records/migrations.ts'
import { openRecords } from '../../../electron/core/records/open-records.ts'
import { temporaryFolder } from '../../fakes/core-ports.ts'
import { destinationIdOf, uploadIdOf } from '../../fakes/upload-records.ts'

/** As Ferry has written them since the first version; they are on users' disks. */
const STATES: { readonly failures: readonly Failure[]; readonly proofs: readonly Proof[] } =
  JSON.parse(readFileSync(new URL('./fixtures/states-1.json', import.meta.url), 'utf8'))

const NOW = Date.UTC(2026, 10, 20, 12)
const UNKNOWN = { kind: 'internal', reference: 'unknown' }

let folder: string
let remove: () => void

beforeEach(() => {
  ;({ folder, remove } = temporaryFolder())
})

afterEach(() => remove())

interface Stored {
  readonly phase: 'failed' | 'done'
  readonly failure?: string
  readonly proof?: string
}

/** The last version with all columns of an upload in one table. */
const WIDE_VERSION = 8

/** The statuses of uploads whose columns contain these texts. */
async function statusesOf(stored: readonly Stored[]): Promise<UploadStatus[]> {
  const file = join(folder, 'records.sqlite')
  rmSync(file, { force: true })
  const database = new DatabaseSync(file)
  for (const sql of MIGRATIONS.slice(0, WIDE_VERSION)) database.exec(sql)
  database.exec(`PRAGMA user_version = ${WIDE_VERSION}`)
  const insert = database.prepare(
    `INSERT INTO uploads (upload_id, destination_id, relative_path, modified_at_ms, byte_length,
       name, folder, key, content_type, token, phase, failure, proof, etag, created_at_ms)
     VALUES (?, ?, 'a', 1, 1, 'a', '', 'a', 'text/plain', 'token', ?, ?, ?, '"e"', ?)`,
  )
  for (const [index, { phase, failure, proof }] of stored.entries()) {
    const upload = [uploadIdOf(index + 1), destinationIdOf(1)]
    insert.run(...upload, phase, failure ?? null, proof ?? null, NOW)
  }
  database.close()
  const { records } = await openRecords(folder, NOW)
  const statuses = records.uploads.page(null, 1000)?.uploads.map(({ status }) => status) ?? []
  records.close()
  return statuses
}

const failureTexts = async (texts: readonly string[]) =>
  (await statusesOf(texts.map((failure) => ({ phase: 'failed', failure })))).map((status) =>
    status.phase === 'failed' ? status.failure : status,
  )
const proofTexts = async (texts: readonly string[]) =>
  (await statusesOf(texts.map((proof) => ({ phase: 'done', proof })))).map((status) =>
    status.phase === 'done' ? status.proof : status,
  )

describe('a failure in the records', () => {
  it('of every kind that Ferry has ever written is read unchanged', async () => {
    const read = await failureTexts(STATES.failures.map((each) => JSON.stringify(each)))

    expect(read).toEqual(
      STATES.failures.map((failure) =>
        // The key store may be open now, so these uploads try again at the start.
        failure.kind === 'secret-store-unavailable' ? { phase: 'waiting' } : failure,
      ),
    )
  })

  it('contains the parts that this version of Ferry knows', async () => {
    const read = await failureTexts([
      '{"kind":"access-denied","mood":"grim"}',
      '{"kind":"server-error","status":502,"answer":{"status":502,"code":7}}',
      '{"kind":"rules-invalid","problems":[{"field":"lock","problem":"missing","what":""},{"field":"acl","problem":"missing","what":""}]}',
    ])

    expect(read).toEqual([
      { kind: 'access-denied' },
      { kind: 'server-error', status: 502 },
      { kind: 'rules-invalid', problems: [{ field: 'acl', problem: 'missing', what: '' }] },
    ])
  })

  it('is still a failure, and loses no upload, if nothing of it can be read', async () => {
    const read = await failureTexts([
      '{"kind":"moon-in-the-way"}',
      '{"kind":"server-error","status":"502"}',
      '{"kind":"acc',
      '',
      'null',
      '[]',
      '7',
    ])

    expect(read).toEqual(Array.from({ length: 7 }, () => UNKNOWN))
  })
})

describe('a proof in the records', () => {
  it('of every kind that Ferry has ever written is read unchanged', async () => {
    const read = await proofTexts(STATES.proofs.map((each) => JSON.stringify(each)))

    expect(read).toEqual(STATES.proofs)
  })

  it('proves nothing if it cannot be read completely, and loses no upload', async () => {
    const read = await proofTexts([
      '{"level":"whole","algorithm":"xxh3"}',
      '{"level":"sampled"}',
      '{"level":"whole","algorithm":"crc32c","upToBytes":5}',
      '{"level":',
      '',
      'null',
    ])

    expect(read).toEqual([null, null, null, null, null, null])
  })
})
