import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Destination } from '../../../electron/contract/commands/destinations.ts'
import type { UploadRecord } from '../../../electron/contract/commands/uploads.ts'
import { CoreHarness, someBytes } from '../../fakes/core-harness.ts'
import { idleReport } from '../../fakes/queue-reports.ts'

let nowMs: number
let harness: CoreHarness
let local: Destination

beforeEach(async () => {
  nowMs = Date.now()
  harness = await CoreHarness.start({ now: () => nowMs })
  local = await harness.must('openLocalBucket', {})
})

afterEach(() => harness.close())

async function upload(name: string): Promise<UploadRecord> {
  const bytes = someBytes(10)
  const { uploadId } = await harness.queueBytes(local, name, bytes)
  await harness.prepared(uploadId)
  await harness.send(uploadId, bytes, [1])
  return harness.must('completeUpload', { uploadId })
}

describe('the last link', () => {
  it('is the newest of all, and is put on the clipboard', async () => {
    await upload('a.bin')
    const { link } = await upload('b.bin')

    expect(await harness.core.copyLatestLink()).toBe(true)
    expect(harness.heard.copied).toEqual([link?.url])
  })

  it('does not exist before the first one, or when all have expired', async () => {
    const before = await harness.core.copyLatestLink()
    const { link } = await upload('a.bin')
    nowMs = link?.expiresAtMs ?? 0

    expect([before, await harness.core.copyLatestLink()]).toEqual([false, false])
    expect(harness.heard.copied).toEqual([])
  })
})

describe('the queue state that the page reports', () => {
  it('reaches the host with the names from the records', async () => {
    const { uploadId } = await upload('film.bin')
    const gone = '4b1b3f0e-5c1a-4a52-8a52-0f0a8bde9d10' as UploadRecord['uploadId']

    await harness.must('showProgress', {
      ...idleReport,
      fraction: 0.5,
      finishedCount: 1,
      lastFinished: uploadId,
      stuckCount: 1,
      firstStuck: gone,
      onlyHereCount: 2,
      onlyHere: [uploadId, gone],
    })

    expect(harness.heard.queues).toEqual([
      {
        fraction: 0.5,
        movingCount: 0,
        finishedCount: 1,
        lastFinished: { uploadId, name: 'film.bin' },
        stuckCount: 1,
        firstStuck: null,
        onlyHereCount: 2,
        onlyHere: [{ uploadId, name: 'film.bin' }],
      },
    ])
  })
})
