import { once } from 'node:events'
import fs, {
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import {
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  unlink,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { getSystemErrorMap } from 'node:util'
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { openFilesStay, scanner, sparingTests } from './busy-files.ts'
import { apfs, hfsPlus, NEW_EMOJI, ntfs } from './file-systems.ts'
import { simulateFiles, type Volume } from './simulated-files.ts'

/** The number of EBUSY, which differs on Windows. */
const BUSY = [...getSystemErrorMap()].find(([, [name]]) => name === 'EBUSY')?.[0]

let root: string
let end: () => void = () => undefined
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'ferry-volume-'))
})
afterEach(() => {
  end()
  rmSync(root, { recursive: true, force: true })
})

const mount = (...volumes: Volume[]) => {
  end = simulateFiles(root, ...volumes)
}
const at = (...names: string[]) => path.join(root, ...names)
const codeOf = async (work: Promise<unknown>) => {
  const error = await work.then(
    () => null,
    (reason: unknown) => reason,
  )
  return error instanceof Error && 'code' in error ? error.code : error
}

describe('simulated files', () => {
  it('restore Node’s own functions at the end', () => {
    const before = [fs.renameSync, fs.promises.open, renameSync]
    mount(ntfs())
    const meanwhile = [fs.renameSync, fs.promises.open, renameSync]

    end()

    expect(meanwhile.some((each, index) => each === before[index])).toBe(false)
    expect([fs.renameSync, fs.promises.open, renameSync]).toEqual(before)
  })

  it('do not affect files outside their root', async () => {
    const outside = mkdtempSync(path.join(tmpdir(), 'ferry-real-'))
    mount(ntfs())
    await writeFile(path.join(outside, 'a'), '')

    expect(await codeOf(readFile(path.join(outside, 'A')))).toBe('ENOENT')
    rmSync(outside, { recursive: true })
  })

  it('are reached by every path to their root, and reported with the given one', () => {
    const link = `${root}-link`
    symlinkSync(root, link, 'junction')
    onTestFinished(() => rmSync(link))
    const written: string[] = []
    end = simulateFiles(link, { done: ({ path: file }) => void written.push(file) })

    writeFileSync(at('a'), '')
    writeFileSync(path.join(link, 'b'), '')

    expect(written).toEqual([path.join(link, 'a'), path.join(link, 'b')])
    expect(readdirSync(root).sort()).toEqual(['a', 'b'])
  })

  it('refuse in all three forms of a function', async () => {
    mount({ refusal: ({ name }) => (name === 'rename' ? 'EBUSY' : null) })
    const [from, to] = [at('from'), at('to')]
    const calledBack = new Promise((resolve) => fs.rename(from, to, resolve))

    expect(() => renameSync(from, to)).toThrow(`EBUSY: resource busy or locked, rename '${from}'`)
    expect(await codeOf(rename(from, to))).toBe('EBUSY')
    expect(await calledBack).toMatchObject({ code: 'EBUSY', path: from, dest: to, errno: BUSY })
  })
})

describe('NTFS', () => {
  it('treats names that differ only in case as the same, and gives long names a short one', async () => {
    mount(ntfs())
    await mkdir(at('.ferry'))
    await mkdir(at('unusual-names'))
    await writeFile(at('.ferry', 'Photo.jpeg'), 'bytes')

    expect(await readFile(at('FERRY~1', 'photo.JPEG'), 'utf8')).toBe('bytes')
    expect(await readFile(at('.Ferry', 'PHOTO~1.JPE'), 'utf8')).toBe('bytes')
    expect((await stat(at('UNUSUA~1'))).isDirectory()).toBe(true)
    expect(await codeOf(writeFile(at('a?b'), ''))).toBe('ENOENT')
  })

  it('changes the case of a name by renaming it', async () => {
    mount(ntfs())
    await writeFile(at('name'), '')

    await rename(at('name'), at('NAME'))

    expect(await readdir(root)).toEqual(['NAME'])
  })
})

describe('HFS+', () => {
  it('ignores characters without a glyph and lists names decomposed', async () => {
    mount(hfsPlus())
    await writeFile(at('é.txt'), 'bytes')

    expect(await readFile(at('E\u0301\u200c.txt'), 'utf8')).toBe('bytes')
    expect(readdirSync(root)).toEqual(['e\u0301.txt'])
    expect(readdirSync(root, { withFileTypes: true })[0]?.name).toBe('e\u0301.txt')
  })
})

describe('APFS', () => {
  it('keeps the form of a name, and refuses characters that its Unicode does not contain', async () => {
    mount(apfs())
    await writeFile(at('É'), 'bytes')

    expect(await readFile(at('e\u0301'), 'utf8')).toBe('bytes')
    expect(readdirSync(root)).toEqual(['É'])
    expect(await codeOf(mkdir(at(NEW_EMOJI)))).toBe('EILSEQ')
  })
})

describe('open files', () => {
  it('can be renamed, but neither replaced nor deleted', async () => {
    mount(openFilesStay())
    await writeFile(at('film'), 'old')
    await writeFile(at('new'), 'new')
    const handle = await open(at('film'))

    expect(await codeOf(rename(at('new'), at('film')))).toBe('EPERM')
    expect(await codeOf(unlink(at('film')))).toBe('EPERM')
    await rename(at('film'), at('aside'))
    await rename(at('new'), at('film'))
    expect(await codeOf(rm(at('aside')))).toBe('EPERM')
    expect(await handle.readFile('utf8')).toBe('old')

    await handle.close()
    await rm(at('aside'))
    expect(readdirSync(root)).toEqual(['film'])
  })

  it('include those that a stream opened', async () => {
    mount(openFilesStay())
    writeFileSync(at('film'), 'bytes')
    const stream = fs.createReadStream(at('film'))
    await once(stream, 'open')

    expect(() => rmSync(at('film'))).toThrow('EPERM')
    const closed = once(stream, 'close')
    stream.destroy()
    await closed

    expect(() => rmSync(at('film'))).not.toThrow()
  })
})

describe('a scanner', () => {
  it('holds a file that was written, and releases it', async () => {
    const held = scanner(2)
    mount(held)
    await writeFile(at('new'), '')

    expect(await codeOf(rename(at('new'), at('other')))).toBe('EPERM')
    expect(await codeOf(writeFile(at('new'), ''))).toBe('EBUSY')
    await rename(at('new'), at('other'))
    expect(held.refusals()).toBe(2)
  })
  it('does not change the result of opening a held file exclusively', async () => {
    mount(scanner(2))
    await writeFile(at('new'), '', { flag: 'wx' })

    expect(await codeOf(open(at('new'), 'wx'))).toBe('EEXIST')
    expect(await codeOf(open(at('new'), 'a'))).toBe('EBUSY')
  })

  it('does not refuse calls of tests when told so', async () => {
    mount(sparingTests(scanner(2)))
    await writeFile(at('new'), '')

    expect(await codeOf(rename(at('new'), at('other')))).toBeNull()
    expect(await codeOf(rm(at('other')))).toBeNull()
  })
})
