import { beforeEach, expect, it } from 'vitest'
import {
  MAX_CONCURRENT_READS,
  type Priority,
  PrioritySemaphore,
} from '../../electron/lib/semaphore.ts'
import { gate } from '../engine/queue-bench.ts'

const settled = () => new Promise((resolve) => setImmediate(resolve))

let readings: PrioritySemaphore
/** The names of those that read now, in the order in which they were let in. */
let inside: string[]

beforeEach(() => {
  readings = new PrioritySemaphore()
  inside = []
})

/** Reads until it is opened. */
function read(name: string, order: Priority, signal = new AbortController().signal) {
  const { opened, open } = gate()
  const ended = readings.run(order, signal, async () => {
    inside.push(name)
    await opened
    inside.splice(inside.indexOf(name), 1)
  })
  return { ended, end: open }
}

it('lets few read at once', async () => {
  for (const name of ['a', 'b', 'c']) read(name, 'next')
  await settled()

  expect(inside).toHaveLength(MAX_CONCURRENT_READS)
})

it('lets one at a time read that has time, so that there is room for what is sent next', async () => {
  const first = read('idle 1', 'idle')
  read('idle 2', 'idle')
  await settled()
  const alone = [...inside]

  read('next', 'next')
  await settled()
  const beside = [...inside]
  first.end()
  await settled()

  expect(alone).toEqual(['idle 1'])
  expect(beside).toEqual(['idle 1', 'next'])
  expect(inside).toEqual(['next', 'idle 2'])
})

it('lets what is sent next pass those that have time', async () => {
  const both = ['a', 'b'].map((name) => read(name, 'next'))
  read('idle', 'idle')
  read('c', 'next')
  await settled()

  both[0]?.end()
  await settled()

  expect(inside).toEqual(['b', 'c'])
})

it('reads nothing for one that was given up while it waited, and goes on with the others', async () => {
  const both = ['a', 'b'].map((name) => read(name, 'next'))
  const controller = new AbortController()
  const givenUp = read('given up', 'next', controller.signal)
  read('c', 'next')
  controller.abort()

  both[0]?.end()

  await expect(givenUp.ended).rejects.toThrow()
  await settled()
  expect(inside).toEqual(['b', 'c'])
})
