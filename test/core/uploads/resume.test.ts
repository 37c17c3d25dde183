import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Destination } from '../../../electron/contract/commands/destinations.ts'
import type { UploadId } from '../../../electron/contract/ids.ts'
import { PartsTable } from '../../../electron/core/records/parts-table.ts'
import { Records } from '../../../electron/core/records/records.ts'
import { TransfersTable } from '../../../electron/core/records/transfers-table.ts'
import { copyRecords } from '../../copy-records.ts'
import { CoreHarness, checksumOf, PART, someBytes } from '../../fakes/core-harness.ts'
import { after, FaultyHttp, loseAnswer, loseRequest } from '../../fakes/faulty-http.ts'
import { TYPED_KEYS } from '../../fakes/typed-keys.ts'

const BYTES = someBytes(2 * PART + 3)
const FULL = Object.assign(new Error('full'), { code: 'ERR_SQLITE_ERROR', errcode: 13 })
const diskFull = { ok: false, failure: { kind: 'disk-full', where: 'data-folder' } }

let harness: CoreHarness
let http: FaultyHttp

afterEach(async () => {
  vi.restoreAllMocks()
  await harness.close()
})

async function begin(): Promise<{ local: Destination; uploadId: UploadId }> {
  http = new FaultyHttp()
  harness = await CoreHarness.start({ storeHttp: http.storeHttp })
  const local = await harness.must('openLocalBucket', {})
  const source = await harness.registerFile('a.bin', BYTES)
  const { uploadId } = await harness.queue(local, source)
  return { local, uploadId }
}

const prepare = (uploadId: UploadId) => harness.prepared(uploadId, PART)
const sumOf = (partNumber: number) =>
  checksumOf('crc64nvme', BYTES.subarray((partNumber - 1) * PART, partNumber * PART))
const finished = { status: { phase: 'done', proof: { level: 'whole', algorithm: 'crc64nvme' } } }

/** Copies the records as they are when the process dies, without anything that it writes later. */
function diesHere(): () => Promise<void> {
  const file = join(harness.folder, 'records.sqlite')
  copyRecords(harness.folder, `${file}.crash`)
  return async () => {
    await harness.core.close()
    copyFileSync(`${file}.crash`, file)
    copyFileSync(`${file}.crash-wal`, `${file}-wal`)
    harness = await harness.restart({ storeHttp: http.storeHttp })
  }
}

describe('parts that the store holds', () => {
  it('are returned with their checksums after a restart', async () => {
    const { uploadId } = await begin()
    await prepare(uploadId)
    await harness.send(uploadId, BYTES, [1, 3])

    harness = await harness.restart()
    const { algorithm, held } = await prepare(uploadId)

    expect(algorithm).toBe('crc64nvme')
    expect(held.map(({ partNumber, checksum }) => [partNumber, checksum])).toEqual([
      [1, await sumOf(1)],
      [3, await sumOf(3)],
    ])
  })

  it('count although their receipt never came', async () => {
    const { uploadId } = await begin()
    await prepare(uploadId)
    const [put] = await harness.sign(uploadId, BYTES, [2])
    const { url = '', headers = {}, body = null } = put ?? {}
    await fetch(url, { method: 'PUT', body, headers })

    harness = await harness.restart()
    const before = (await harness.record(uploadId)).recordedBytes
    const { held } = await prepare(uploadId)

    expect(before).toBe(0)
    expect(held.map((part) => part.partNumber)).toEqual([2])
    expect((await harness.record(uploadId)).recordedBytes).toBe(PART)
    await harness.send(uploadId, BYTES, [1, 3])
    expect(await harness.must('completeUpload', { uploadId })).toMatchObject(finished)
  })
})

describe('a crash', () => {
  it('between Create at the store and its record leaves no orphan', async () => {
    const { local, uploadId } = await begin()
    let crash = async () => {}
    http.next('create', async (_request, send) => {
      const answer = await send()
      crash = diesHere()
      return answer
    })
    await prepare(uploadId)

    await crash()
    const begunTwice = await harness.stored(local)
    await prepare(uploadId)
    const between = await harness.stored(local)
    await harness.send(uploadId, BYTES, [1, 2, 3])
    await harness.must('completeUpload', { uploadId })

    expect([begunTwice, between].map((each) => each.unfinished)).toEqual([['a.bin'], ['a.bin']])
    expect(await harness.stored(local)).toEqual({ keys: ['a.bin'], unfinished: [] })
  })

  it('before Create reached the store costs nothing', async () => {
    const { local, uploadId } = await begin()
    let crash = async () => {}
    http.next('create', () => {
      crash = diesHere()
      return loseRequest({ method: 'POST', path: '', query: {} }, async () => undefined)
    })
    await harness.prepare(uploadId, PART)

    await crash()
    await prepare(uploadId)

    expect((await harness.stored(local)).unfinished).toEqual(['a.bin'])
  })

  it('between signing and the receipt leaves the record of what may have arrived', async () => {
    const { uploadId } = await begin()
    await prepare(uploadId)
    const [put] = await harness.sign(uploadId, BYTES, [1])
    const crash = diesHere()
    const { url = '', headers = {}, body = null } = put ?? {}
    await fetch(url, { method: 'PUT', body, headers })

    await crash()

    expect((await prepare(uploadId)).held.map((part) => part.partNumber)).toEqual([1])
  })

  it('between Complete and its record is resolved by the object', async () => {
    const { local, uploadId } = await begin()
    await prepare(uploadId)
    await harness.send(uploadId, BYTES, [1, 2, 3])
    let crash = async () => {}
    http.next(
      'complete',
      after(async () => {
        crash = diesHere()
      }),
    )
    await harness.must('completeUpload', { uploadId })

    await crash()
    const status = (await harness.record(uploadId)).status
    const prepared = await prepare(uploadId)
    const done = await harness.must('completeUpload', { uploadId })

    expect([status.phase, prepared.isComplete]).toEqual(['waiting', true])
    expect(done).toMatchObject(finished)
    expect(await harness.stored(local)).toEqual({ keys: ['a.bin'], unfinished: [] })
  })

  it('in the middle of a cancel is cleaned up at the next start', async () => {
    const { local, uploadId } = await begin()
    await prepare(uploadId)
    await harness.send(uploadId, BYTES, [1])
    let crash = async () => {}
    http.next('abort', () => {
      crash = diesHere()
      return loseRequest({ method: 'DELETE', path: '', query: {} }, async () => undefined)
    })
    http.next('abort', loseRequest)
    await harness.must('cancelUpload', { uploadId })

    await crash()

    await expect
      .poll(() => harness.stored(local), { timeout: 15_000 })
      .toEqual({ keys: [], unfinished: [] })
    await expect
      .poll(async () => (await harness.record(uploadId)).status, { timeout: 15_000 })
      .toEqual({ phase: 'cancelled', storeIsClean: true, why: 'person' })
  })
})

describe('a Create whose answer was lost', () => {
  it('is found under the old name when the name is taken meanwhile', async () => {
    const { local, uploadId } = await begin()
    http.next('create', loseAnswer)
    await harness.prepare(uploadId, PART)
    await putForeign(local, 'a.bin')

    await prepare(uploadId)

    expect((await harness.stored(local)).unfinished).toEqual(['a (2).bin'])
  })

  it('is not given up while the store does not say what it holds', async () => {
    const { local, uploadId } = await begin()
    http.next('create', loseAnswer)
    await harness.prepare(uploadId, PART)
    http.next('list-uploads', loseRequest).next('list-uploads', loseRequest)

    const unanswered = await harness.prepare(uploadId, PART)
    await prepare(uploadId)

    expect(unanswered).toEqual({ ok: false, failure: { kind: 'no-response' } })
    expect((await harness.stored(local)).unfinished).toEqual(['a.bin'])
  })

  it('keeps a cancelled upload unclean while the store does not say what it holds', async () => {
    const { local, uploadId } = await begin()
    http.next('create', loseAnswer)
    await harness.prepare(uploadId, PART)
    http.next('list-uploads', loseRequest).next('list-uploads', loseRequest)

    const cancelled = await harness.must('cancelUpload', { uploadId })
    const again = await harness.must('cancelUpload', { uploadId })

    expect(cancelled.status).toEqual({ phase: 'cancelled', storeIsClean: false, why: 'person' })
    expect(again.status).toEqual({ phase: 'cancelled', storeIsClean: true, why: 'person' })
    expect((await harness.stored(local)).unfinished).toEqual([])
  })

  it('is distinguished from the Create of the upload that replaced it', async () => {
    const { local, uploadId } = await begin()
    http.next('create', loseAnswer)
    await harness.prepare(uploadId, PART)
    http.next('list-uploads', loseRequest).next('list-uploads', loseRequest)
    await harness.must('cancelUpload', { uploadId })
    const second = await harness.queue(local, await harness.registerPath('a.bin'))
    await prepare(second.uploadId)

    const cleaned = await harness.must('cancelUpload', { uploadId })

    expect(cleaned.status).toEqual({ phase: 'cancelled', storeIsClean: true, why: 'person' })
    expect((await harness.stored(local)).unfinished).toEqual(['a.bin'])
    await harness.send(second.uploadId, BYTES, [1, 2, 3])
    expect(await harness.must('completeUpload', { uploadId: second.uploadId })).toMatchObject(
      finished,
    )
  })
})

async function putForeign(local: Destination, key: string): Promise<void> {
  const other = await CoreHarness.start()
  const { destination } = await other.must('saveDestination', {
    ...TYPED_KEYS,
    destinationId: null,
    name: '',
    provider: 'other',
    endpoint: local.endpoint,
    region: local.region,
    bucket: local.bucket,
    prefix: '',
    pathStyle: true,
    ...harness.localKeys(),
    sessionToken: '',
    keepSecret: false,
  })
  const { uploadId } = await other.queueBytes(destination, key, someBytes(9))
  await other.prepared(uploadId)
  await other.send(uploadId, someBytes(9), [1])
  await other.must('completeUpload', { uploadId })
  await other.close()
}

describe('a disk that is full', () => {
  it('hands out no URL whose checksum could not be recorded', async () => {
    const { uploadId } = await begin()
    await prepare(uploadId)
    const parts = [{ partNumber: 1, checksum: await sumOf(1) }]
    vi.spyOn(PartsTable.prototype, 'announce').mockImplementationOnce(() => {
      throw FULL
    })

    const refused = await harness.ask('signParts', { uploadId, parts })
    const signed = await harness.must('signParts', { uploadId, parts })

    expect(refused).toEqual(diskFull)
    expect(signed).toHaveLength(1)
  })

  it.each([
    ['of parts', PartsTable.prototype, 'add'],
    ['of the store’s parts', PartsTable.prototype, 'reconcile'],
    ['of the plan', Records.prototype, 'setPlan'],
    ['of Create', TransfersTable.prototype, 'setBegun'],
    ['of the completion', Records.prototype, 'finish'],
  ] as const)('while the record %s is written loses nothing', async (_what, owner, method) => {
    const { local, uploadId } = await begin()
    const full = vi.spyOn(owner as unknown as { [name: string]: () => unknown }, method)
    const answers: unknown[] = []
    const throughFullDisk = async <T>(work: () => Promise<T>): Promise<T> => {
      full.mockImplementationOnce(() => {
        throw FULL
      })
      await work().catch((error: unknown) => answers.push(String(error)))
      full.mockReset()
      return work()
    }

    await throughFullDisk(() => prepare(uploadId))
    await throughFullDisk(() => harness.send(uploadId, BYTES, [1, 2, 3]))
    await throughFullDisk(() => prepare(uploadId))
    const done = await throughFullDisk(() => harness.must('completeUpload', { uploadId }))

    expect(answers.join()).toContain('"kind":"disk-full","where":"data-folder"')
    expect(done).toMatchObject(finished)
    expect(await harness.stored(local)).toEqual({ keys: ['a.bin'], unfinished: [] })
  })
})
