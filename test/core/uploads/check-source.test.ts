import {
  closeSync,
  openSync,
  rmSync,
  statfsSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Destination } from '../../../electron/contract/commands/destinations.ts'
import { MIB } from '../../../electron/contract/limits.ts'
import { failed, succeeded } from '../../../electron/contract/outcome.ts'
import { CoreHarness, someBytes } from '../../fakes/core-harness.ts'

const HOUR_MS = 3_600_000
/** A shorter file is sent in one PUT. */
const BYTES = 32 * MIB
/** ext4, XFS and btrfs: if the system's temporary folder uses another, nothing is ever proven. */
const PROVABLE = [0xef53, 0x58465342, 0x9123683e]

let harness: CoreHarness
let destination: Destination
let path: string

beforeEach(async () => {
  // Long enough after the file was written for every call that wrote to it to have returned.
  harness = await CoreHarness.start({ now: () => Date.now() + 2 * HOUR_MS })
  destination = await harness.must('openLocalBucket', {})
  path = join(harness.folder, 'a.bin')
})

afterEach(() => harness.close())

async function queued() {
  writeFileSync(path, someBytes(100))
  truncateSync(path, BYTES)
  utimesSync(path, 10, 20)
  const upload = await harness.queue(destination, await harness.registerPath('a.bin'))
  return { uploadId: upload.uploadId }
}

/** Writes other bytes, with the same size and time. */
function rewrite(): void {
  const { ctimeMs } = statSync(path)
  const file = openSync(path, 'r+')
  do {
    writeSync(file, someBytes(100, 2), 0, 100, 0)
    utimesSync(path, 10, 20)
    // Until the file system's clock has taken its next step.
  } while (statSync(path).ctimeMs === ctimeMs)
  closeSync(file)
}

function isProvable(): boolean {
  return process.platform === 'linux' && PROVABLE.includes(statfsSync(harness.folder).type)
}

it('confirms a file that nobody wrote to, if every write is seen', async () => {
  const upload = await queued()

  const checked = await harness.ask('checkSource', upload)

  expect(checked).toEqual(succeeded({ isUnwritten: isProvable() }))
})

it('does not confirm a file that was just written', async () => {
  harness = await harness.restart()
  const upload = await queued()

  expect(await harness.ask('checkSource', upload)).toEqual(succeeded({ isUnwritten: false }))
})

it('does not confirm a file that was written to and had its time set back', async () => {
  const upload = await queued()
  rewrite()

  expect(await harness.ask('checkSource', upload)).toEqual(succeeded({ isUnwritten: false }))
})

it('remembers across a restart when the file was last changed', async () => {
  const upload = await queued()
  harness = await harness.restart()
  const before = await harness.must('checkSource', upload)
  rewrite()

  const after = await harness.must('checkSource', upload)

  expect([before, after]).toEqual([{ isUnwritten: isProvable() }, { isUnwritten: false }])
})

it('reports what happened to a file that is no longer the one that was given', async () => {
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

it('works only for uploads that are not finished', async () => {
  const upload = await queued()
  await harness.must('cancelUpload', upload)

  expect(await harness.ask('checkSource', upload)).toEqual(failed({ kind: 'wrong-state' }))
})
