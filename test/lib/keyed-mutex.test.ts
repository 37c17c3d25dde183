import { expect, it } from 'vitest'
import { KeyedMutex } from '../../electron/lib/keyed-mutex.ts'
import { gate } from '../engine/queue-bench.ts'

it('runs the tasks of one key one after the other, and those of different keys in parallel', async () => {
  const mutex = new KeyedMutex<string>()
  const first = gate()
  const log: string[] = []

  const ended = [
    mutex.run('a', async () => {
      log.push('a1 begins')
      await first.opened
      log.push('a1 ends')
    }),
    mutex.run('a', async () => log.push('a2')),
    mutex.run('b', async () => log.push('b1')),
  ]
  first.open()
  await Promise.all(ended)

  expect(log).toEqual(['a1 begins', 'b1', 'a1 ends', 'a2'])
})

it('starts at once if the key is free', () => {
  const mutex = new KeyedMutex<string>()
  let isBegun = false

  void mutex.run('a', async () => {
    isBegun = true
  })

  expect(isBegun).toBe(true)
})

it('continues after a failed task, and reports the failure only to its caller', async () => {
  const mutex = new KeyedMutex<string>()

  const failed = mutex.run('a', () => Promise.reject(new Error('broken')))
  const next = mutex.run('a', async () => 'ran')

  await expect(failed).rejects.toThrow('broken')
  await expect(next).resolves.toBe('ran')
})

it('aborts the running and the waiting tasks of one key', async () => {
  const mutex = new KeyedMutex<string>()
  const isAborted = async (signal: AbortSignal) => {
    await Promise.resolve()
    return signal.aborted
  }

  const before = [mutex.run('a', isAborted), mutex.run('a', isAborted), mutex.run('b', isAborted)]
  mutex.interrupt('a')
  const after = mutex.run('a', isAborted)

  expect(await Promise.all([...before, after])).toEqual([true, true, false, false])
})

it('waits until every task has ended when it is closed', async () => {
  const mutex = new KeyedMutex<string>()
  const ends: string[] = []
  const untilAborted = (name: string) => async (signal: AbortSignal) => {
    if (!signal.aborted) {
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
    }
    ends.push(name)
  }
  void mutex.run('a', untilAborted('a1'))
  void mutex.run('a', untilAborted('a2'))
  void mutex.run('b', untilAborted('b1'))

  await mutex.close()

  expect([...ends].sort()).toEqual(['a1', 'a2', 'b1'])
})
