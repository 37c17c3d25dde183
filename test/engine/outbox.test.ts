import { beforeEach, expect, it } from 'vitest'
import type { CommandInput } from '../../electron/contract/commands.ts'
import type { Failure } from '../../electron/contract/failure/kinds.ts'
import type { UploadId } from '../../electron/contract/ids.ts'
import { MAX_BATCH } from '../../electron/contract/limits.ts'
import { failed, succeeded } from '../../electron/contract/outcome.ts'
import { KeyedMutex } from '../../electron/lib/keyed-mutex.ts'
import { BATCH_WINDOW_MS, HOST_WAIT_MS, Outbox } from '../../renderer/engine/outbox.ts'
import { uploadIdOf } from '../fakes/upload-records.ts'
import { VirtualClock } from '../fakes/virtual-clock.ts'
import { gate } from './queue-bench.ts'

const paused = { phase: 'paused' } as const
const waiting = { phase: 'waiting' } as const
const receipt = (partNumber: number) => ({
  partNumber,
  etag: `"${partNumber}"`,
  checksum: 'sumAAA',
})

let clock: VirtualClock
let mutex: KeyedMutex<UploadId>
let outbox: Outbox
let calls: CommandInput<'syncUploads'>[]
/** The host's answers to the next calls; after them it accepts everything. */
let refusals: Failure[]

beforeEach(() => {
  clock = new VirtualClock()
  mutex = new KeyedMutex()
  calls = []
  refusals = []
  const syncUploads = async (input: CommandInput<'syncUploads'>) => {
    calls.push(structuredClone(input))
    const refusal = refusals.shift()
    return refusal === undefined ? succeeded({ refused: [] }) : failed(refusal)
  }
  const { signal: closing } = new AbortController()
  outbox = new Outbox({ control: { syncUploads }, clock, mutex, closing })
})

const marksOf = (call: CommandInput<'syncUploads'> | undefined) =>
  call?.marks.map(({ uploadId, mark }) => [uploadId, mark.phase])

it('sends marks made at the same moment in one call, the newest of each upload', async () => {
  outbox.mark(uploadIdOf(1), paused)
  outbox.mark(uploadIdOf(2), paused)
  outbox.mark(uploadIdOf(2), waiting)
  await clock.settle()

  expect(calls).toHaveLength(1)
  expect(marksOf(calls[0])).toEqual([
    [uploadIdOf(1), 'paused'],
    [uploadIdOf(2), 'waiting'],
  ])
})

it('never puts more into one call than the host accepts', async () => {
  for (let number = 1; number <= MAX_BATCH * 2 + 1; number += 1) {
    outbox.mark(uploadIdOf(number), paused)
  }
  await clock.settle()

  expect(calls.map(({ marks }) => marks.length)).toEqual([MAX_BATCH, MAX_BATCH, 1])
})

it('does not defer a mark to a later task, since the window may be closed by then', async () => {
  outbox.mark(uploadIdOf(1), paused)
  for (let turn = 0; turn < 5; turn += 1) await Promise.resolve()

  expect(calls).toHaveLength(1)
})

it('makes another call for marks made during a running call', async () => {
  outbox.mark(uploadIdOf(1), paused)
  await clock.settle()
  outbox.mark(uploadIdOf(1), waiting)
  await clock.settle()

  expect(calls.map((call) => marksOf(call))).toEqual([
    [[uploadIdOf(1), 'paused']],
    [[uploadIdOf(1), 'waiting']],
  ])
})

it('sends no mark of an upload while another call for it is running', async () => {
  const { opened, open } = gate()
  const prepare = mutex.run(uploadIdOf(1), () => opened)

  outbox.mark(uploadIdOf(1), paused)
  outbox.mark(uploadIdOf(2), paused)
  await clock.settle()
  const meanwhile = calls.map((call) => marksOf(call))
  open()
  await prepare
  await clock.settle()

  expect(meanwhile).toEqual([[[uploadIdOf(2), 'paused']]])
  expect(marksOf(calls[1])).toEqual([[uploadIdOf(1), 'paused']])
})

it('sends the receipts of all uploads in one call, and marks and removals along with them', async () => {
  outbox.addReceipt(uploadIdOf(1), receipt(1))
  outbox.addReceipt(uploadIdOf(1), receipt(2))
  outbox.addReceipt(uploadIdOf(2), receipt(1))
  await clock.advance(BATCH_WINDOW_MS - 1)
  const early = calls.length
  outbox.mark(uploadIdOf(3), { phase: 'failed', failure: { kind: 'source-changed' } })
  outbox.clear([uploadIdOf(3)])
  await outbox.flush(uploadIdOf(1))
  await clock.advance(1)

  expect(early).toBe(0)
  expect(calls).toEqual([
    {
      receipts: [1, 2].map((each) => ({ uploadId: uploadIdOf(1), receipt: receipt(each) })),
      marks: [
        {
          uploadId: uploadIdOf(3),
          mark: { phase: 'failed', failure: { kind: 'source-changed' } },
        },
      ],
      cleared: [uploadIdOf(3)],
    },
    { receipts: [{ uploadId: uploadIdOf(2), receipt: receipt(1) }], marks: [], cleared: [] },
  ])
})

it('keeps all changes while the host is gone, and sends them again', async () => {
  refusals = [{ kind: 'host-gone' }, { kind: 'disk-full', where: 'data-folder' }]

  outbox.mark(uploadIdOf(1), paused)
  outbox.addReceipt(uploadIdOf(1), receipt(1))
  outbox.clear([uploadIdOf(2)])
  await outbox.flushReceipts(uploadIdOf(1))
  await clock.advance(HOST_WAIT_MS * 3)

  const kept = calls.slice(2)
  expect(kept.flatMap(({ receipts }) => receipts)).toEqual([
    { uploadId: uploadIdOf(1), receipt: receipt(1) },
  ])
  expect(kept.flatMap(({ marks }) => marks)).toEqual([{ uploadId: uploadIdOf(1), mark: paused }])
  expect(kept.flatMap(({ cleared }) => cleared)).toEqual([uploadIdOf(2)])
})

it('does not resend a change that the host refused for good', async () => {
  refusals = [{ kind: 'wrong-state' }]

  outbox.mark(uploadIdOf(1), paused)
  outbox.addReceipt(uploadIdOf(1), receipt(1))
  await outbox.flush(uploadIdOf(1))
  await clock.advance(HOST_WAIT_MS * 3)

  expect(calls).toHaveLength(1)
})

it('drops the changes of an upload that is cancelled', async () => {
  refusals = [{ kind: 'host-gone' }]
  outbox.addReceipt(uploadIdOf(1), receipt(1))
  outbox.mark(uploadIdOf(1), paused)

  const flushed = outbox.flush(uploadIdOf(1))
  outbox.drop(uploadIdOf(1))
  await flushed
  await clock.advance(HOST_WAIT_MS * 3)

  expect(calls).toHaveLength(1)
})
