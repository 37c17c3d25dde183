import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { inspectFolders } from '../../../electron/core/sources/inspect-folder.ts'
import { temporaryFolder } from '../../fakes/core-ports.ts'
import { MODE_STOPS_READING } from '../../system-facts.ts'

let folder: string
let remove: () => void

beforeEach(() => {
  ;({ folder, remove } = temporaryFolder())
})

afterEach(() => remove())

/** A path whose last name is not valid UTF-8: `odd` and the byte 0xFF. */
const oddly = (...names: readonly string[]) =>
  Buffer.concat([Buffer.from(join(folder, ...names)), Buffer.from([0xff])])

const byPath = (left: { relativePath: string }, right: { relativePath: string }) =>
  left.relativePath < right.relativePath ? -1 : 1

async function findings(path: string | null = folder) {
  const [found] = await inspectFolders([path])
  return found && { ...found, hidden: found.hidden.toSorted(byPath) }
}

const NOTHING = { linkCount: 0, hidden: [], isComplete: true }

/** Other systems do not allow such names. */
describe.runIf(process.platform === 'linux')('the entries that Chromium hides in a folder', () => {
  it('are none if there are only files and folders, whatever their names', async () => {
    mkdirSync(join(folder, 'a\\b', 'ü \n'), { recursive: true })
    writeFileSync(join(folder, 'a\\b', '\uFEFF\uFFFD.txt'), '')
    execFileSync('mkfifo', [join(folder, 'pipe')])

    expect(await findings()).toEqual(NOTHING)
  })

  it('are links, wherever they lead; none is followed', async () => {
    mkdirSync(join(folder, 'sub', 'deep'), { recursive: true })
    writeFileSync(join(folder, 'file'), '')
    symlinkSync('file', join(folder, 'to a file'))
    symlinkSync('..', join(folder, 'sub', 'upwards'))
    symlinkSync('/nowhere', join(folder, 'sub', 'deep', 'dangling'))

    expect(await findings()).toEqual({
      linkCount: 3,
      hidden: [
        { kind: 'link', relativePath: 'sub/deep/dangling' },
        { kind: 'link', relativePath: 'sub/upwards' },
        { kind: 'link', relativePath: 'to a file' },
      ],
      isComplete: true,
    })
  })

  it('are files and folders whose names are not valid text, each with its readable part', async () => {
    mkdirSync(join(folder, 'sub'))
    writeFileSync(oddly('sub', 'file'), '')
    mkdirSync(oddly('folder'))
    writeFileSync(Buffer.concat([oddly('folder'), Buffer.from('/inside')]), '')
    symlinkSync('sub', oddly('link'))

    expect(await findings()).toEqual({
      linkCount: 1,
      hidden: [
        { kind: 'odd-folder', relativePath: 'folder\uFFFD' },
        { kind: 'link', relativePath: 'link\uFFFD' },
        { kind: 'odd-file', relativePath: 'sub/file\uFFFD' },
      ],
      isComplete: true,
    })
  })

  it('are folders that may not be read or entered', async () => {
    for (const [name, mode] of [
      ['unreadable', 0o300],
      ['closed', 0o600],
      ['open', 0o700],
    ] as const) {
      mkdirSync(join(folder, name))
      writeFileSync(join(folder, name, 'file'), '')
      chmodSync(join(folder, name), mode)
    }

    const found = await findings()
    for (const name of ['unreadable', 'closed']) chmodSync(join(folder, name), 0o700)

    const closed = ['closed', 'unreadable'].map((name) => ({ kind: 'closed', relativePath: name }))
    expect(found).toEqual({ ...NOTHING, hidden: MODE_STOPS_READING ? closed : [] })
  })

  it('are found behind a link that was dropped itself', async () => {
    mkdirSync(join(folder, 'real'))
    symlinkSync('x', join(folder, 'real', 'inside'))
    symlinkSync('real', join(folder, 'alias'))

    expect(await findings(join(folder, 'alias'))).toMatchObject({ linkCount: 1 })
  })

  it('are not searched for if there is no folder, or no path', async () => {
    writeFileSync(join(folder, 'file'), '')
    mkdirSync(join(folder, 'gone'))
    rmSync(join(folder, 'gone'), { recursive: true })

    const found = await inspectFolders([join(folder, 'file'), null, join(folder, 'gone'), folder])

    expect(found).toEqual([null, null, null, NOTHING])
  })

  it('are all counted, and only as many named as a user would read', async () => {
    for (let count = 0; count < 7; count += 1) symlinkSync('x', join(folder, `${count}`))

    const [found] = await inspectFolders([folder], { entries: 100, ms: 60_000, named: 3 })

    expect(found).toMatchObject({ linkCount: 7, isComplete: false })
    expect(found?.hidden).toHaveLength(3)
  })

  it.each([
    ['a folder that is too large', { entries: 4, ms: 60_000, named: 100 }, 0],
    ['a disk that is too slow', { entries: 100, ms: 5, named: 100 }, 1],
  ])('are not all searched for in %s', async (_, limits, msPerLook) => {
    for (let count = 0; count < 20; count += 1) symlinkSync('x', join(folder, `${count}`))
    let nowMs = 0
    const now = () => {
      nowMs += msPerLook
      return nowMs
    }

    const [found] = await inspectFolders([folder], limits, now)

    expect(found?.isComplete).toBe(false)
    expect(found?.linkCount).toBeGreaterThan(0)
    expect(found?.linkCount).toBeLessThan(10)
  })
})
