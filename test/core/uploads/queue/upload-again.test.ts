import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { Destination } from '../../../../electron/contract/commands/destinations.ts'
import type { Failure } from '../../../../electron/contract/failure/kinds.ts'
import type { UploadId } from '../../../../electron/contract/ids.ts'
import { failed } from '../../../../electron/contract/outcome.ts'
import { CoreHarness, PART, someBytes } from '../../../fakes/core-harness.ts'

let harness: CoreHarness
let destination: Destination

beforeEach(async () => {
  harness = await CoreHarness.start()
  destination = await harness.must('openLocalBucket', {})
})

afterEach(() => harness.close())

const CHANGED: Failure = { kind: 'source-changed' }

const fail = (uploadId: UploadId) =>
  harness.sync({
    marks: [{ uploadId, mark: { phase: 'failed', failure: CHANGED } }],
  })

async function failedFile(name: string, bytes: Uint8Array, relativePath = name) {
  const source = await harness.registerFile(name, bytes)
  const upload = await harness.queue(destination, source, relativePath)
  await fail(upload.uploadId)
  return upload
}

it('uploads the file as it is now to the same object key, in the same row', async () => {
  const old = await failedFile('a.txt', someBytes(100), 'photos/a.txt')
  const later = await harness.queueBytes(destination, 'b.txt', someBytes(1))
  writeFileSync(join(harness.folder, 'a.txt'), someBytes(250))

  const again = await harness.must('uploadAgain', { uploadId: old.uploadId, sourceId: null })

  expect(again).toMatchObject({
    ...{ name: 'a.txt', folder: 'photos/', key: 'photos/a.txt', contentType: old.contentType },
    ...{ byteLength: 250, isSourceDurable: true, plan: null, status: { phase: 'waiting' } },
  })
  expect(again.uploadId).not.toBe(old.uploadId)
  expect(await harness.records()).toEqual([again, later])
})

it('returns a ticket with which the page reads the file', async () => {
  const old = await failedFile('a.txt', someBytes(100))

  const again = await harness.must('uploadAgain', { uploadId: old.uploadId, sourceId: null })

  expect(harness.core.sourcePath(again.sourceId ?? '')).toMatchObject({
    path: join(harness.folder, 'a.txt'),
    byteLength: 100,
  })
})

it('removes the parts of the old upload, and sends the new one from its first part', async () => {
  const old = await failedFile('a.bin', someBytes(PART + 1))
  await harness.prepared(old.uploadId, PART)
  await harness.send(old.uploadId, someBytes(PART + 1), [1])
  await fail(old.uploadId)

  const again = await harness.must('uploadAgain', { uploadId: old.uploadId, sourceId: null })

  const cleaned = async () => (await harness.stored(destination)).unfinished
  await vi.waitFor(async () => expect(await cleaned()).toEqual([]), { timeout: 10_000 })
  const { uploadId } = again
  const prepared = await harness.prepared(uploadId, PART)
  await harness.send(uploadId, someBytes(PART + 1), [1, 2])
  const done = await harness.must('completeUpload', { uploadId })
  expect(prepared.held).toEqual([])
  expect(done.status.phase).toBe('done')
  expect(await harness.stored(destination)).toEqual({ keys: ['a.bin'], unfinished: [] })
})

it('cleans up the old upload after a restart if it could not before', async () => {
  const old = await failedFile('a.bin', someBytes(PART + 1))
  await harness.prepared(old.uploadId, PART)
  await fail(old.uploadId)
  const again = await harness.must('uploadAgain', { uploadId: old.uploadId, sourceId: null })

  harness = await harness.restart()

  const cleaned = async () => (await harness.stored(destination)).unfinished
  await vi.waitFor(async () => expect(await cleaned()).toEqual([]), { timeout: 10_000 })
  expect(await harness.records()).toEqual([again])
})

it('uses the file that was given again', async () => {
  const old = await harness.queueBytes(destination, 'a.txt', someBytes(10))
  await fail(old.uploadId)
  const { sourceId } = await harness.registerFacts('other name.txt', 20)

  const again = await harness.must('uploadAgain', { uploadId: old.uploadId, sourceId })

  expect(again).toMatchObject({ name: 'a.txt', key: 'a.txt', byteLength: 20, sourceId })
})

it('needs the file given again where the host has no path', async () => {
  const old = await harness.queueBytes(destination, 'a.txt', someBytes(10))
  await fail(old.uploadId)

  const again = await harness.ask('uploadAgain', { uploadId: old.uploadId, sourceId: null })

  expect(again).toEqual(failed({ kind: 'source-detached' }))
  expect((await harness.record(old.uploadId)).status.phase).toBe('failed')
})

it('leaves everything as it is when the file is gone', async () => {
  const old = await failedFile('a.txt', someBytes(10))
  rmSync(join(harness.folder, 'a.txt'))

  const again = await harness.ask('uploadAgain', { uploadId: old.uploadId, sourceId: null })

  expect(again).toEqual(failed({ kind: 'source-missing' }))
  expect(await harness.records()).toMatchObject([
    { uploadId: old.uploadId, status: { phase: 'failed', failure: CHANGED } },
  ])
})

it('begins only one upload, however often it is requested', async () => {
  const old = await failedFile('a.txt', someBytes(10))
  const ask = () => harness.ask('uploadAgain', { uploadId: old.uploadId, sourceId: null })

  const answers = await Promise.all([ask(), ask()])

  expect(answers.filter((each) => each.ok)).toHaveLength(1)
  expect(await harness.records()).toHaveLength(1)
})

it.each(['waiting', 'paused'] as const)(
  'replaces the file of an upload that is %s',
  async (phase) => {
    const old = await harness.queueBytes(destination, 'a.txt', someBytes(10))
    await harness.sync({ marks: [{ uploadId: old.uploadId, mark: { phase } }] })
    const { sourceId } = await harness.registerFacts('a.txt', 20)

    const again = await harness.must('uploadAgain', { uploadId: old.uploadId, sourceId })

    expect(again).toMatchObject({ key: 'a.txt', byteLength: 20, sourceId })
    expect(await harness.records()).toEqual([again])
  },
)

it('fails for uploads that wait, are paused or done, and for unknown ones', async () => {
  const { uploadId } = await harness.queueBytes(destination, 'a.txt', someBytes(10))
  const ask = () => harness.ask('uploadAgain', { uploadId, sourceId: null })

  const waiting = await ask()
  await harness.sync({ marks: [{ uploadId, mark: { phase: 'paused' } }] })
  const paused = await ask()
  await harness.must('cancelUpload', { uploadId })
  const cancelled = await ask()
  const { sourceId } = await harness.registerFacts('a.txt', 20)
  const given = await harness.ask('uploadAgain', { uploadId, sourceId })
  await harness.sync({ cleared: [uploadId] })

  expect([waiting, paused, cancelled, given]).toEqual(
    Array(4).fill(failed({ kind: 'wrong-state' })),
  )
  expect(await ask()).toEqual(failed({ kind: 'unknown-id' }))
})

it('numbers the key when another upload took the name meanwhile', async () => {
  const old = await failedFile('a.txt', someBytes(10))
  const other = await harness.queueBytes(destination, 'a.txt', someBytes(5))

  const again = await harness.must('uploadAgain', { uploadId: old.uploadId, sourceId: null })

  expect(other.key).toBe('a (2).txt')
  expect(again.key).toBe('a.txt')
})
