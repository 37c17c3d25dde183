import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { CoreHarness, someBytes, statusOf } from '../../fakes/core-harness.ts'

let harness: CoreHarness

beforeEach(async () => {
  harness = await CoreHarness.start()
})

afterEach(() => harness.close())

async function finished() {
  const local = await harness.must('openLocalBucket', {})
  const { uploadId } = await harness.queueBytes(local, 'a.txt', someBytes(5))
  await harness.prepared(uploadId)
  await harness.send(uploadId, someBytes(5), [1])
  return { local, done: await harness.must('completeUpload', { uploadId }) }
}

it('does not exist before it is opened', async () => {
  expect((await harness.must('listDestinations', {})).destinations).toEqual([])
  expect(await harness.ask('openFolder', { folder: 'local-bucket' })).toEqual({
    ok: false,
    failure: { kind: 'wrong-state' },
  })
})

it('is one bucket, however often it is opened, and is selected each time', async () => {
  const [first, second] = await Promise.all([
    harness.must('openLocalBucket', {}),
    harness.must('openLocalBucket', {}),
  ])

  const { destinations, selectedId } = await harness.must('listDestinations', {})
  expect(second).toEqual(first)
  expect(destinations).toEqual([first])
  expect(selectedId).toBe(first.destinationId)
  expect(first).toMatchObject({ kind: 'local', hasSecret: true, pathStyle: true })
})

it('runs again after a restart, and yesterday’s links work', async () => {
  const { local, done } = await finished()

  harness = await harness.restart()

  expect((await harness.must('listDestinations', {})).destinations).toEqual([local])
  expect(await statusOf(done.link?.url ?? '')).toBe(200)
  expect((await harness.must('describeHost', {})).troubles).toEqual([])
})

it('reports if its port was taken in the meantime, and drops the dead links', async () => {
  const { local, done } = await finished()
  await harness.core.close()
  const squatter = createServer()
  await new Promise<void>((resolve) => {
    squatter.listen(Number(new URL(local.endpoint).port), '127.0.0.1', resolve)
  })

  harness = await harness.restart()
  const { troubles } = await harness.must('describeHost', {})
  const record = await harness.record(done.uploadId)
  const { url } = await harness.must('createShareLink', {
    uploadId: done.uploadId,
    linkSeconds: null,
  })
  const status = await statusOf(url)
  squatter.close()

  expect(troubles).toEqual([{ kind: 'local-bucket-moved' }])
  expect(record.link).toBeNull()
  expect(status).toBe(200)
})

it('does not prevent Ferry from starting if it cannot start, and starts as soon as it can', async () => {
  const { done } = await finished()
  await harness.core.close()
  const folder = join(harness.folder, 'local-bucket')
  rmSync(folder, { recursive: true })
  writeFileSync(folder, 'in the way')

  harness = await harness.restart()
  const { troubles } = await harness.must('describeHost', {})
  const link = await harness.ask('createShareLink', { uploadId: done.uploadId, linkSeconds: null })
  rmSync(folder)
  mkdirSync(folder)
  const started = await harness.ask('openLocalBucket', {})

  const failure = { kind: 'local-bucket-unavailable', reason: 'folder-unwritable' }
  expect(troubles).toEqual([{ kind: 'local-bucket-stopped', failure }])
  expect(link).toEqual({ ok: false, failure })
  expect(started.ok).toBe(true)
  expect((await harness.must('describeHost', {})).troubles).not.toContainEqual(
    expect.objectContaining({ kind: 'local-bucket-stopped' }),
  )
})

it('stores its files where the user finds them', async () => {
  await finished()

  const { isOpened, path } = await harness.must('openFolder', { folder: 'local-bucket' })

  expect(isOpened).toBe(true)
  expect(harness.heard.opened).toEqual([path])
  expect(path.startsWith(harness.folder)).toBe(true)
})

it('can be forgotten and opened again, with its files still there', async () => {
  const { local } = await finished()
  const { destinationId } = local

  await harness.must('forgetDestination', { destinationId })
  const again = await harness.must('openLocalBucket', {})

  expect(again.destinationId).toBe(destinationId)
  expect((await harness.stored(again)).keys).toEqual(['a.txt'])
})
