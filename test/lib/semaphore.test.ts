import { beforeEach, expect, it } from 'vitest'
import { type Priority, Semaphore } from '../../electron/lib/semaphore.ts'
import { gate } from '../engine/queue-bench.ts'

const settled = () => new Promise((resolve) => setImmediate(resolve))

let semaphore: Semaphore
/** The names of the running tasks, in the order in which they started. */
let running: string[]

beforeEach(() => {
  semaphore = new Semaphore(2)
  running = []
})

/** A task that runs until it is told to end. */
function start(name: string, priority: Priority, signal = new AbortController().signal) {
  const { opened, open } = gate()
  const task = async () => {
    running.push(name)
    await opened
    running.splice(running.indexOf(name), 1)
  }
  return { ended: semaphore.run(task, { priority, signal }), end: open }
}

it('runs no more tasks at once than it has permits', async () => {
  for (const name of ['a', 'b', 'c']) start(name, 'next')
  await settled()

  expect(running).toEqual(['a', 'b'])
})

it('runs one idle task at a time, so that there is room for the next one', async () => {
  const first = start('idle 1', 'idle')
  start('idle 2', 'idle')
  await settled()
  const alone = [...running]

  start('next', 'next')
  await settled()
  const beside = [...running]
  first.end()
  await settled()

  expect(alone).toEqual(['idle 1'])
  expect(beside).toEqual(['idle 1', 'next'])
  expect(running).toEqual(['next', 'idle 2'])
})

it('lets the next task pass idle ones', async () => {
  const both = ['a', 'b'].map((name) => start(name, 'next'))
  start('idle', 'idle')
  start('c', 'next')
  await settled()

  both[0]?.end()
  await settled()

  expect(running).toEqual(['b', 'c'])
})

it('skips a task that was aborted while it waited, and continues with the others', async () => {
  const both = ['a', 'b'].map((name) => start(name, 'next'))
  const controller = new AbortController()
  const aborted = start('aborted', 'next', controller.signal)
  start('c', 'next')
  controller.abort()

  both[0]?.end()

  await expect(aborted.ended).rejects.toThrow()
  await settled()
  expect(running).toEqual(['b', 'c'])
})

it('gives the permit of a failed task to the next one', async () => {
  const one = new Semaphore(1)

  const failed = one.run(() => Promise.reject(new Error('broken')))
  const next = one.run(async () => 'ran')

  await expect(failed).rejects.toThrow('broken')
  await expect(next).resolves.toBe('ran')
})
