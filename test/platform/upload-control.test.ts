import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import type { CommandInput } from '../../electron/contract/commands.ts'
import type { UploadId } from '../../electron/contract/ids.ts'
import { MAX_BATCH } from '../../electron/contract/limits.ts'
import { failed, succeeded } from '../../electron/contract/outcome.ts'
import { batchedMarks } from '../../renderer/platform/upload-control.ts'

const paused = { phase: 'paused' } as const
const newId = () => randomUUID() as UploadId

function host() {
  const calls: CommandInput<'markUploads'>[] = []
  const markUploads = async (input: CommandInput<'markUploads'>) => {
    calls.push(input)
    return succeeded({})
  }
  return { calls, mark: batchedMarks({ markUploads }) }
}

it('sends marks made in one go in one call, in order', async () => {
  const { calls, mark } = host()
  const [one, other] = [newId(), newId()]

  const answers = await Promise.all([
    mark(one, paused),
    mark(other, paused),
    mark(one, { phase: 'waiting' }),
  ])

  expect(answers.map((each) => each.ok)).toEqual([true, true, true])
  expect(calls).toEqual([
    {
      marks: [
        { uploadId: one, mark: paused },
        { uploadId: other, mark: paused },
        { uploadId: one, mark: { phase: 'waiting' } },
      ],
    },
  ])
})

it('never puts more marks into one call than the host accepts', async () => {
  const { calls, mark } = host()

  await Promise.all(Array.from({ length: MAX_BATCH * 2 + 1 }, () => mark(newId(), paused)))

  expect(calls.map(({ marks }) => marks.length)).toEqual([MAX_BATCH, MAX_BATCH, 1])
})

it('does not delay the call to a later task, because the window may be closed by then', async () => {
  const { calls, mark } = host()

  void mark(newId(), paused)
  for (let turn = 0; turn < 5; turn += 1) await Promise.resolve()

  expect(calls).toHaveLength(1)
})

it('keeps batching marks that follow from the answers to others', async () => {
  const { calls, mark } = host()
  const thrice = async () => {
    for (let time = 0; time < 3; time += 1) await mark(newId(), paused)
  }

  await Promise.all(Array.from({ length: 100 }, thrice))

  expect(calls.map(({ marks }) => marks.length)).toEqual([100, 100, 100])
})

it('starts another call for marks made while one is running', async () => {
  const { calls, mark } = host()

  await mark(newId(), paused)
  await mark(newId(), paused)

  expect(calls.map(({ marks }) => marks.length)).toEqual([1, 1])
})

it('gives all marks of a call the same answer', async () => {
  const gone = failed({ kind: 'host-gone' })
  const mark = batchedMarks({ markUploads: async () => gone })

  const answers = await Promise.all([mark(newId(), paused), mark(newId(), paused)])

  expect(answers).toEqual([gone, gone])
})
