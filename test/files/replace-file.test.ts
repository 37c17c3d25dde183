import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished, vi } from 'vitest'
import { isTemporaryName, removeFile, replaceFile } from '../../electron/files/replace-file.ts'
import { temporaryFolder } from '../fakes/core-ports.ts'
import { sharedBitsOf } from '../loopback/loopback-harness.ts'
import { holdFiles } from './held-files.ts'

function someFile() {
  const { folder, remove } = temporaryFolder()
  onTestFinished(remove)
  const file = join(folder, 'a.json')
  writeFileSync(file, 'old')
  return { folder, file }
}

/** Replaces the clock. */
function pauses() {
  const waitedMs: number[] = []
  return { waitedMs, wait: async (ms: number) => waitedMs.push(ms) }
}

it('replaces a file that nobody else may read, and leaves nothing beside it', async () => {
  const { folder, file } = someFile()

  await replaceFile(file, 'new')

  expect(readFileSync(file, 'utf8')).toBe('new')
  expect(sharedBitsOf(statSync(file))).toBe(0)
  expect(readdirSync(folder)).toEqual(['a.json'])
})

it.each(['EPERM', 'EACCES', 'EBUSY'])(
  'waits longer and longer for a program that holds the file (%s)',
  async (code) => {
    const { folder, file } = someFile()
    const { waitedMs, wait } = pauses()
    const { refusals } = holdFiles(folder, 4, code)

    await replaceFile(file, 'new', wait)

    expect(readFileSync(file, 'utf8')).toBe('new')
    expect(refusals()).toBe(4)
    expect(waitedMs).toEqual(waitedMs.toSorted((one, other) => one - other))
  },
)

it('gives up after about a second, with the old file intact and no temporary one', async () => {
  const { folder, file } = someFile()
  const { waitedMs, wait } = pauses()
  holdFiles(folder, 8)

  await expect(replaceFile(file, 'new', wait)).rejects.toThrow('EPERM')

  expect(waitedMs.reduce((sum, ms) => sum + ms)).toBe(1000)
  expect(readFileSync(file, 'utf8')).toBe('old')
  expect(readdirSync(folder)).toEqual(['a.json'])
})

it('does not wait if waiting does not help', async () => {
  const { folder } = someFile()
  const { waitedMs, wait } = pauses()

  await expect(replaceFile(join(folder, 'gone', 'a.json'), 'new', wait)).rejects.toThrow('ENOENT')

  expect(waitedMs).toEqual([])
})

it('does not block the host while it waits', async () => {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  const { folder, file } = someFile()
  const { refusals } = holdFiles(folder, 1)

  const removed = removeFile(file)
  await vi.waitFor(() => expect(refusals()).toBe(1), { interval: 1 })
  expect(vi.getTimerCount()).toBe(1)
  await vi.runAllTimersAsync()
  await removed

  expect(readdirSync(join(file, '..'))).toEqual([])
})

it('distinguishes its temporary files from others', () => {
  expect(isTemporaryName('a.json.0c5f6a1e-7f0d-4a3e-9a77-0f3f1b2c4d5e.tmp')).toBe(true)
  expect(isTemporaryName('a.tmp')).toBe(false)
})
