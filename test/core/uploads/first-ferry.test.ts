import { createHash } from 'node:crypto'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import { afterEach, describe, expect, it } from 'vitest'
import type { Destination } from '../../../electron/contract/commands/destinations.ts'
import type { UploadId } from '../../../electron/contract/ids.ts'
import { MIGRATIONS } from '../../../electron/core/records/migrations.ts'
import { SELECT_UPLOADS } from '../../../electron/core/records/stored-upload.ts'
import { CoreHarness, PART, someBytes } from '../../fakes/core-harness.ts'

const BYTES = someBytes(2 * PART + 3)
const TOKEN = 'of-the-first-ferry'

let harness: CoreHarness
let local: Destination
let uploadId: UploadId

afterEach(() => harness.close())

const md5 = (partNumber: number) =>
  createHash('md5')
    .update(BYTES.subarray((partNumber - 1) * PART, partNumber * PART))
    .digest('base64')

/** An upload as a version of Ferry without checksums left it, with these parts at the store. */
async function leftByFirstFerry(partNumbers: readonly number[], isCompleted = false) {
  harness = await CoreHarness.start()
  local = await harness.must('openLocalBucket', {})
  const source = await harness.registerFile('a.bin', BYTES)
  ;({ uploadId } = await harness.queue(local, source))
  const { storeUploadId, etags } = await sendWithoutSums(partNumbers, isCompleted)
  await harness.core.close()
  writeAsFirstFerry(storeUploadId, etags)
  harness = await harness.restart()
}

async function sendWithoutSums(partNumbers: readonly number[], isCompleted: boolean) {
  const client = harness.otherClient(local)
  const place = { Bucket: local.bucket, Key: 'a.bin' }
  const Metadata = { 'ferry-upload': TOKEN }
  const begun = await client.send(new CreateMultipartUploadCommand({ ...place, Metadata }))
  const UploadId = begun.UploadId ?? ''
  const etags = new Map<number, string>()
  for (const PartNumber of partNumbers) {
    const Body = BYTES.subarray((PartNumber - 1) * PART, PartNumber * PART)
    const part = { ...place, UploadId, PartNumber, Body }
    etags.set(PartNumber, (await client.send(new UploadPartCommand(part))).ETag ?? '')
  }
  if (isCompleted) {
    const Parts = [...etags].map(([PartNumber, ETag]) => ({ PartNumber, ETag }))
    const whole = { ...place, UploadId, MultipartUpload: { Parts } }
    await client.send(new CompleteMultipartUploadCommand(whole))
  }
  client.destroy()
  return { storeUploadId: UploadId, etags }
}

/** Columns that every upload sets and that today's row does not have. */
const ALWAYS_SET: Record<string, SQLInputValue> = { is_listed: 1 }

function writeAsFirstFerry(storeUploadId: string, etags: ReadonlyMap<number, string>): void {
  const file = join(harness.folder, 'records.sqlite')
  const now = new DatabaseSync(file)
  const row = now.prepare(SELECT_UPLOADS).get() ?? {}
  now.close()
  for (const end of ['', '-wal', '-shm']) rmSync(`${file}${end}`, { force: true })
  const then = new DatabaseSync(file)
  then.exec(`${MIGRATIONS[0]}; PRAGMA user_version = 1`)
  const known = then.prepare(`SELECT name FROM pragma_table_info('uploads')`).all()
  const names = known.map((column) => String(column.name))
  const began = { token: TOKEN, plan_mode: 'multipart', part_bytes: PART, begun_at_ms: Date.now() }
  const values: Record<string, SQLInputValue> = { ...row, ...began, store_upload_id: storeUploadId }
  then
    .prepare(`INSERT INTO uploads (${names.join()}) VALUES (${names.map(() => '?').join()})`)
    .run(...names.map((name) => values[name] ?? ALWAYS_SET[name] ?? null))
  const insert = 'INSERT INTO parts (position, part_number, byte_length, etag) VALUES (?, ?, ?, ?)'
  for (const [partNumber, etag] of etags) {
    const byteLength = Math.min(PART, BYTES.length - (partNumber - 1) * PART)
    then.prepare(insert).run(Number(row.position), partNumber, byteLength, etag)
  }
  then.close()
}

const prepare = () => harness.prepared(uploadId, PART)

describe('an upload from a version of Ferry without checksums', () => {
  it('continues with Content-MD5, which Create need not announce, and is verified', async () => {
    await leftByFirstFerry([1, 2])

    const { algorithm, held } = await prepare()
    await harness.send(uploadId, BYTES, [3])
    const done = await harness.must('completeUpload', { uploadId })

    expect(algorithm).toBe('md5')
    expect(held.map(({ partNumber, checksum }) => [partNumber, checksum])).toEqual([
      [1, md5(1)],
      [2, md5(2)],
    ])
    expect(done.status).toMatchObject({ proof: { level: 'whole', algorithm: 'md5' } })
    const got = new Uint8Array(await (await fetch(done.link?.url ?? '')).arrayBuffer())
    expect(Buffer.compare(got, BYTES)).toBe(0)
  })

  it('has a wrong byte refused from now on', async () => {
    await leftByFirstFerry([1])
    await prepare()
    const [put] = await harness.sign(uploadId, BYTES, [2])
    const { url = '', headers = {} } = put ?? {}
    const wrong = new Uint8Array(someBytes(PART, 9))

    const refused = await fetch(url, { method: 'PUT', body: wrong, headers })

    expect([refused.status, await refused.text()]).toEqual([
      400,
      expect.stringContaining('BadDigest'),
    ])
    await harness.send(uploadId, BYTES, [2, 3])
    expect((await harness.must('completeUpload', { uploadId })).status.phase).toBe('done')
  })

  it('is done if it was completed but the answer was lost, and claims no proof', async () => {
    await leftByFirstFerry([1, 2, 3], true)

    const prepared = await prepare()
    const done = await harness.must('completeUpload', { uploadId })

    expect(prepared.isComplete).toBe(true)
    expect(done.status).toMatchObject({ phase: 'done', proof: null })
  })
})
