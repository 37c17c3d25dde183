import { rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Destination } from '../../../electron/contract/destination.ts'
import { failed, succeeded } from '../../../electron/contract/outcome.ts'
import { CoreHarness, someBytes } from '../../fakes/core-harness.ts'

const HOUR_MS = 3_600_000

let harness: CoreHarness
let destination: Destination
let path: string

beforeEach(async () => {
  // Long enough after the file was written for its time to be told from that of another write.
  harness = await CoreHarness.start({ now: () => Date.now() + HOUR_MS })
  destination = await harness.must('openLocalBucket', {})
  path = join(harness.folder, 'a.bin')
})

afterEach(() => harness.close())

async function queued() {
  writeFileSync(path, someBytes(100))
  utimesSync(path, 10, 20)
  const upload = await harness.queue(destination, await harness.registerPath('a.bin'))
  return { uploadId: upload.uploadId }
}

/** Other bytes, at the size and the time of before. */
function rewrite(): void {
  const { ctimeMs } = statSync(path)
  do {
    writeFileSync(path, someBytes(100, 2))
    utimesSync(path, 10, 20)
    // Until the file system's clock has taken its next step.
  } while (statSync(path).ctimeMs === ctimeMs)
}

it('vouches for a file that nobody wrote to', async () => {
  const upload = await queued()

  expect(await harness.ask('checkSource', upload)).toEqual(succeeded({ isUnwritten: true }))
})

it('does not vouch for a file that was written to and had its time set back', async () => {
  const upload = await queued()
  rewrite()

  expect(await harness.ask('checkSource', upload)).toEqual(succeeded({ isUnwritten: false }))
})

it('remembers over a restart when the file was last changed', async () => {
  const upload = await queued()
  harness = await harness.restart()
  const before = await harness.must('checkSource', upload)
  rewrite()

  const after = await harness.must('checkSource', upload)

  expect([before, after]).toEqual([{ isUnwritten: true }, { isUnwritten: false }])
})

it('says what became of a file that is no longer what was given', async () => {
  const upload = await queued()

  writeFileSync(path, someBytes(101))
  const longer = await harness.ask('checkSource', upload)
  rmSync(path)
  const gone = await harness.ask('checkSource', upload)

  expect(longer).toEqual(failed({ kind: 'source-changed' }))
  expect(gone).toEqual(failed({ kind: 'source-missing' }))
})

it('cannot see the file of a browser', async () => {
  const { uploadId } = await harness.queueBytes(destination, 'b.bin', someBytes(1))

  const checked = await harness.ask('checkSource', { uploadId })

  expect(checked).toEqual(succeeded({ isUnwritten: false }))
})

it('is about uploads that can still be worked on', async () => {
  const upload = await queued()
  await harness.must('cancelUpload', upload)

  expect(await harness.ask('checkSource', upload)).toEqual(failed({ kind: 'not-now' }))
})
