import { execFileSync } from 'node:child_process'
import { mkdir, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { AdaptersPage } from '../../port-contracts/adapters-page.ts'

let adapters: AdaptersPage
let page: Page

beforeAll(async () => {
  adapters = await AdaptersPage.open()
  const { server } = await adapters.serve()
  page = await adapters.page(server.origin)
})
afterAll(() => adapters.close())

describe('a drop', () => {
  async function drop(paths: readonly string[]) {
    const cdp = await page.context().newCDPSession(page)
    const data = { items: [], files: [...paths], dragOperationsMask: 1 }
    for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
      await cdp.send('Input.dispatchDragEvent', { type, x: 200, y: 200, data })
    }
    return page.evaluate(() => window.adapters.lastDrop())
  }

  it('delivers files and folders with their structure, also beyond one batch', async () => {
    const tree = join(adapters.folder, 'tree')
    await mkdir(join(tree, 'many'), { recursive: true })
    await mkdir(join(tree, 'empty', 'emptier'), { recursive: true })
    await writeFile(join(tree, 'readme'), 'hello')
    const many = Array.from({ length: 250 }, (_, index) => `file ${index}.txt`)
    await Promise.all(many.map((name) => writeFile(join(tree, 'many', name), name)))
    const alone = join(adapters.folder, 'alone.bin')
    await writeFile(alone, new Uint8Array(3))

    const report = await drop([alone, tree])

    const paths = report.files.map(({ path }) => path).sort()
    expect(paths).toEqual(
      ['alone.bin', 'tree/readme', ...many.map((name) => `tree/many/${name}`)].sort(),
    )
    expect(report).toMatchObject({ emptyFolderCount: 1, unreadable: [], fileCount: 252 })
    expect(report.files.find(({ path }) => path === 'alone.bin')?.size).toBe(3)
    expect(report.batchCount).toBeGreaterThan(3)
  })

  it.runIf(process.platform === 'linux')(
    'names entries that Chromium cannot represent, hides links, and treats pipes as empty files',
    async () => {
      const tree = join(adapters.folder, 'odd')
      const named = (name: string) =>
        Buffer.concat([Buffer.from(join(tree, name)), Buffer.from([0xff])])
      await mkdir(join(tree, 'sub'), { recursive: true })
      await writeFile(join(tree, 'fine.txt'), 'fine')
      await writeFile(named('one'), '1')
      await writeFile(named('two'), '2')
      await mkdir(named('folder'))
      await writeFile(join(tree, 'sub', 'back\\slash'), 'fine')
      await symlink('fine.txt', join(tree, 'link'))
      await symlink('..', join(tree, 'sub', 'upwards'))
      execFileSync('mkfifo', [join(tree, 'pipe')])

      const report = await drop([tree])
      const pipe = await page.evaluate(() => window.adapters.readDropped('odd/pipe'))

      const paths = report.files.map(({ path }) => path).sort()
      expect(paths).toEqual(['odd/fine.txt', 'odd/pipe', 'odd/sub/back\\slash'])
      const failure = { kind: 'name-unusable', reason: 'not-unicode' }
      const nameless = { relativePath: 'odd/\uFFFD', failure }
      expect(report).toMatchObject({
        ...{ fileCount: 5, emptyFolderCount: 0 },
        ...{ refused: [nameless, nameless], unreadable: [nameless] },
      })
      expect(pipe).toEqual({ ok: true, value: { text: '' } })
    },
  )

  describe('of a file that is read for the first time later', () => {
    const CHANGED = { ok: false, failure: { kind: 'source-changed' } }
    const MISSING = { ok: false, failure: { kind: 'source-missing' } }
    let at = ''

    beforeEach(async () => {
      at = join(adapters.folder, 'late')
      await rm(at, { recursive: true, force: true })
      await mkdir(join(at, 'in'), { recursive: true })
    })

    /** One dropped directly, and one in a folder. */
    const both = () => [join(at, 'a.txt'), join(at, 'in', 'a.txt')]

    const readBoth = async () => [
      await page.evaluate(() => window.adapters.readDropped('a.txt')),
      await page.evaluate(() => window.adapters.readDropped('in/a.txt')),
    ]

    it.each([
      ['has grown', 'now', 'longer', CHANGED],
      ['is no longer empty', '', 'now', CHANGED],
      ['is empty now', 'now', '', CHANGED],
      ['has other bytes of the same length', 'now', 'NOW', CHANGED],
      ['is gone', 'now', null, MISSING],
      ['was empty and is gone', '', null, MISSING],
      ['is a folder now', 'now', 'a folder', CHANGED],
      ['was empty and is a folder now', '', 'a folder', CHANGED],
    ])('is reported correctly when it %s', async (_, before, after, expected) => {
      for (const path of both()) {
        await writeFile(path, before)
        await utimes(path, 1_700_000_000, 1_700_000_000)
      }
      await drop([join(at, 'a.txt'), join(at, 'in')])

      for (const path of both()) {
        await rm(path)
        if (after === 'a folder') await mkdir(path)
        else if (after !== null) await writeFile(path, after)
      }

      expect(await readBoth()).toEqual([expected, expected])
    })

    it('has changed even if its time differs by less than a page can see', async () => {
      for (const path of both()) {
        await writeFile(path, 'now')
        await utimes(path, 1_700_000_000.0002, 1_700_000_000.0002)
      }
      await drop([join(at, 'a.txt'), join(at, 'in')])

      for (const path of both()) {
        await writeFile(path, 'NOW')
        await utimes(path, 1_700_000_000.0007, 1_700_000_000.0007)
      }

      expect(await readBoth()).toEqual([CHANGED, CHANGED])
    })

    it.each([
      ['', null],
      ['as it was', null],
      ['', 0],
      ['as it was', 0],
      ['', -86_400],
      ['as it was', -86_400],
    ])('is accepted if nothing happened to it: %j of %s', async (text, seconds) => {
      for (const path of both()) {
        await writeFile(path, text)
        const time = seconds === null ? new Date() : new Date(seconds * 1000)
        await utimes(path, time, time)
      }
      await drop([join(at, 'a.txt'), join(at, 'in')])

      const read = { ok: true, value: { text } }
      expect(await readBoth()).toEqual([read, read])
    })
  })
})
