import { readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import {
  type ChangeTimesDeps,
  ProvenChangeTimes,
} from '../../../electron/core/sources/change-times.ts'
import { checkSource, SourceRegistry } from '../../../electron/core/sources/source-registry.ts'
import { temporaryFolder } from '../../fakes/core-ports.ts'
import { realFiles, simulateFiles, type Volume } from '../../platforms/simulated-files.ts'

const EXT4 = 0xef53
const TMPFS = 0x01021994
const HOUR_MS = 3_600_000

let folder: string
let remove: () => void
let path: string

beforeEach(() => {
  ;({ folder, remove } = temporaryFolder())
  path = join(folder, 'a.bin')
  writeFileSync(path, 'hello')
  utimesSync(path, 10, 20)
})

afterEach(() => remove())

/** Uses the file system's own times, some hours later. */
function changeTimes(changes: Partial<ChangeTimesDeps> = {}): ProvenChangeTimes {
  return new ProvenChangeTimes({
    dataFolder: folder,
    platform: 'linux',
    now: () => Date.now() + 2 * HOUR_MS,
    leastBytes: 1,
    typeOf: async () => EXT4,
    ...changes,
  })
}

const provenOf = (changes?: Partial<ChangeTimesDeps>) =>
  changeTimes(changes).provenOf(path, statSync(path))

function simulate(volume: Volume): void {
  onTestFinished(simulateFiles(folder, volume))
}

/** Waits until the file system's clock has taken its next step. */
function untilTimePasses(): void {
  const mark = join(folder, 'mark')
  writeFileSync(mark, '')
  const { ctimeMs } = realFiles.statSync(mark)
  do writeFileSync(mark, '')
  while (realFiles.statSync(mark).ctimeMs === ctimeMs)
}

/** Ferry's answer at the end of an upload of a file that another program writes to meanwhile. */
async function isVouchedAfter(
  write: () => void,
  changes: Partial<ChangeTimesDeps> = {},
): Promise<{ readonly before: boolean; readonly after: boolean }> {
  const sources = new SourceRegistry(undefined, changeTimes(changes))
  const { size: byteLength } = statSync(path)
  const given = { path, name: 'a.bin', byteLength, modifiedAtMs: 0 }
  const [outcome] = await sources.register([given])
  if (!outcome?.ok) throw new Error('Refused')
  const known = sources.facts(outcome.value.sourceId)
  if (known === null) throw new Error('Forgotten')
  untilTimePasses()
  write()
  const now = await checkSource(path, known)
  const before = known.changedAtMs !== null
  return { before, after: before && now.ok && now.value.changedAtMs === known.changedAtMs }
}

describe.runIf(process.platform === 'linux')('a change time is proof', () => {
  it('for a file that nobody touched for an hour, on the device of Ferry’s own folder', async () => {
    expect(await provenOf()).toBe(statSync(path).ctimeMs)
  })

  it('not for one that was written to a moment ago: the call may still be running', async () => {
    expect(await provenOf({ now: () => Date.now() + HOUR_MS - 60_000 })).toBeNull()
  })

  it('not for one with a time in the future: that time may come again', async () => {
    expect(await provenOf({ now: () => Date.now() - HOUR_MS })).toBeNull()
  })

  it('not for short files, for which nobody needs it', async () => {
    expect(await provenOf({ leastBytes: 6 })).toBeNull()
  })

  it.each(['win32', 'darwin', 'freebsd'] as const)('never on %s', async (platform) => {
    expect(await provenOf({ platform })).toBeNull()
  })

  it.each([
    ['tmpfs', TMPFS],
    ['NFS', 0x6969],
    ['SMB', 0xff534d42],
    ['FUSE', 0x65735546],
    ['overlayfs', 0x794c7630],
    ['FAT', 0x4d44],
    ['exFAT', 0x2011bab0],
  ])('not on %s', async (_name, type) => {
    expect(await provenOf({ typeOf: async () => type })).toBeNull()
  })

  it('not on another device than Ferry’s, where nothing was tested', async () => {
    simulate({ stats: (stats, at) => void (at === path && Object.assign(stats, { dev: -1 })) })

    expect(await provenOf()).toBeNull()
  })

  it.each([
    ['0, as on file systems without one', () => -11_644_473_600_000],
    ['a copy of the time that programs set', (mtimeMs: number) => mtimeMs],
  ])('not if it is %s', async (_name, of) => {
    const stats = (each: { mtimeMs: number }) =>
      void Object.assign(each, { ctimeMs: of(each.mtimeMs) })
    simulate({ stats })

    const vouched = await isVouchedAfter(() => {
      writeFileSync(path, 'HELLO')
      utimesSync(path, 10, 20)
    })

    expect(vouched).toEqual({ before: false, after: false })
  })

  it('not if Ferry may not test it', async () => {
    simulate({ refusal: ({ name, isWriting }) => (name === 'open' && isWriting ? 'EROFS' : null) })

    expect(await provenOf()).toBeNull()
  })

  it('not for a file that is written to while Ferry looks', async () => {
    simulate({
      done: ({ name, path: at }) => {
        if (name === 'open' && at === path) writeFileSync(path, 'HELLO')
      },
    })

    expect(await provenOf()).toBeNull()
  })
})

describe('a file is read once more', () => {
  it('when it was written to and had its time set back', async () => {
    const vouched = await isVouchedAfter(() => {
      writeFileSync(path, 'HELLO')
      utimesSync(path, 10, 20)
    })

    expect(vouched.after).toBe(false)
  })

  // SQLite writes to the index of its log (-shm) only through a memory map:
  // sqlite.org/walformat.html#the_wal_index_file_format.
  it('when a program writes to it through a memory map, which leaves no trace in a dirty page', async () => {
    const database = new DatabaseSync(join(folder, 'mapped.sqlite'))
    onTestFinished(() => database.close())
    database.exec('PRAGMA journal_mode = WAL; CREATE TABLE t (n); INSERT INTO t VALUES (1)')
    path = join(folder, 'mapped.sqlite-shm')
    const was = readFileSync(path)

    const vouched = await isVouchedAfter(
      () => database.exec('INSERT INTO t VALUES (2)'),
      // The real type of this file system.
      { typeOf: async (at) => (await statfs(at)).type },
    )

    expect(readFileSync(path).equals(was)).toBe(false)
    expect(vouched.after).toBe(false)
  })
})
