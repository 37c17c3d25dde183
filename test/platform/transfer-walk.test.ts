import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { FolderFindings } from '../../electron/contract/commands/sources.ts'
import type { SystemFilesRule } from '../../electron/contract/rules/upload-rules.ts'
import { inspectFolders } from '../../electron/core/sources/inspect-folder.ts'
import type { IncomingFile } from '../../renderer/engine/intake/findings.ts'
import { walkTransfer } from '../../renderer/platform/transfer-walk.ts'
import { DiskFile, droppedTransfer } from '../trees/chromium-files.ts'

const ODD_NAME = { kind: 'name-unusable', reason: 'not-unicode' }

let folder: string
let album: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ferry-walk-'))
  album = join(folder, 'album')
  mkdirSync(album)
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

const oddly = (name: string) => Buffer.concat([Buffer.from(join(album, name)), Buffer.from([0xff])])

const aBrowser = async (folders: readonly File[]) => folders.map(() => null)

const theDesktop = (folders: readonly File[]) =>
  inspectFolders(folders.map((file) => (file instanceof DiskFile ? file.path.toString() : null)))

/** A host that reports these findings for the only folder. */
const aHostThatSees = (found: Partial<FolderFindings>) => async () => [
  { linkCount: 0, hidden: [], isComplete: true, ...found },
]

async function walked(
  transfer: DataTransfer,
  inspect: Parameters<typeof walkTransfer>[2],
  systemFiles: SystemFilesRule = 'leave-out',
) {
  const walk = walkTransfer(transfer, new Date(), inspect)
  const files: IncomingFile<File>[] = []
  for await (const batch of walk.batches(systemFiles)) files.push(...batch)
  return {
    places: files.map(({ relativePath }) => relativePath).sort(),
    ...walk.findings.totals(),
  }
}

describe.runIf(process.platform === 'linux')('names that are not valid text', () => {
  beforeEach(() => {
    writeFileSync(join(album, 'fine.txt'), '')
    writeFileSync(oddly('one'), '')
    writeFileSync(oddly('two'), '')
    mkdirSync(oddly('folder'))
    writeFileSync(join(album, 'last.txt'), '')
  })

  it('are reported one by one in a browser, and their folder is not walked endlessly', async () => {
    const found = await walked(droppedTransfer([album]), aBrowser)

    const nameless = { relativePath: 'album/\uFFFD', failure: ODD_NAME }
    expect(found).toEqual({
      places: ['album/fine.txt', 'album/last.txt'],
      fileCount: 4,
      refused: [nameless, nameless],
      unreadable: [nameless],
      emptyFolderCount: 0,
      links: null,
    })
  })

  it('are reported with as much of the name as can be shown if the host sees it', async () => {
    const found = await walked(droppedTransfer([album]), theDesktop)

    expect(found.refused.map(({ relativePath }) => relativePath).sort()).toEqual([
      'album/one\uFFFD',
      'album/two\uFFFD',
    ])
    expect(found.unreadable).toEqual([{ relativePath: 'album/folder\uFFFD', failure: ODD_NAME }])
    expect(found).toMatchObject({ fileCount: 4, places: ['album/fine.txt', 'album/last.txt'] })
  })

  it('are still reported if the host did not see everything', async () => {
    const found = await walked(droppedTransfer([album]), aHostThatSees({ isComplete: false }))

    expect([found.refused.length, found.unreadable.length]).toEqual([2, 1])
  })
})

describe('links', () => {
  it('are counted if the host sees them, folder by folder', async () => {
    mkdirSync(join(folder, 'other', 'sub'), { recursive: true })
    // Junctions where the system has them, because every user may create those.
    symlinkSync('x', join(album, 'one'), 'junction')
    symlinkSync('x', join(folder, 'other', 'sub', 'two'), 'junction')
    symlinkSync('.', join(folder, 'other', 'sub', 'three'), 'junction')

    const found = await walked(droppedTransfer([album, join(folder, 'other')]), theDesktop)

    expect(found.links).toEqual({ count: 3, isAll: true })
  })

  it('are not followed if Chromium shows them, as it does on Windows', async () => {
    mkdirSync(join(album, 'sub', 'upwards'), { recursive: true })
    writeFileSync(join(album, 'sub', 'upwards', 'again.txt'), '')
    writeFileSync(join(album, 'sub', 'link.txt'), '')
    writeFileSync(join(album, 'sub', 'real.txt'), '')
    const sees = aHostThatSees({
      linkCount: 2,
      hidden: [
        { kind: 'link', relativePath: 'sub/upwards' },
        { kind: 'link', relativePath: 'sub/link.txt' },
      ],
    })

    const found = await walked(droppedTransfer([album]), sees)

    expect(found).toMatchObject({ places: ['album/sub/real.txt'], fileCount: 1, refused: [] })
  })
})

describe('a system file in a dropped folder', () => {
  beforeEach(() => {
    mkdirSync(join(album, '.Trashes', '501'), { recursive: true })
    writeFileSync(join(album, '.Trashes', '501', 'thrown away.txt'), '')
    mkdirSync(join(album, 'inner'))
    for (const name of ['.DS_Store', 'photo.jpg', '._photo.jpg', 'inner/Thumbs.db']) {
      writeFileSync(join(album, name), '')
    }
  })

  it.each([
    ['in a browser', aBrowser],
    ['on the desktop', theDesktop],
  ])('is skipped %s, and a folder with nothing else in it is empty', async (_, inspect) => {
    const found = await walked(droppedTransfer([album]), inspect)

    expect(found).toMatchObject({
      ...{ places: ['album/photo.jpg'], fileCount: 1, refused: [], unreadable: [] },
      emptyFolderCount: 1,
    })
  })

  it('is queued if the destination’s rule says so', async () => {
    const found = await walked(droppedTransfer([album]), aBrowser, 'upload')

    expect(found).toMatchObject({ fileCount: 5, emptyFolderCount: 0 })
    expect(found.places).toContain('album/.Trashes/501/thrown away.txt')
  })

  it('is queued if it was dropped directly', async () => {
    const given = [join(album, '.DS_Store'), join(album, '.Trashes')]

    const found = await walked(droppedTransfer(given), aBrowser)

    expect(found.places).toEqual(['.DS_Store', '.Trashes/501/thrown away.txt'])
  })

  it('hides nothing that the host reports about it', async () => {
    const sees = aHostThatSees({
      linkCount: 3,
      hidden: [
        { kind: 'closed', relativePath: '.Trashes' },
        { kind: 'odd-file', relativePath: '.Trashes/501/\uFFFD' },
        { kind: 'odd-folder', relativePath: '.Trashes/501/\uFFFD' },
        { kind: 'link', relativePath: '.Trashes/501/link' },
        { kind: 'link', relativePath: '.localized' },
        { kind: 'link', relativePath: 'inner/link' },
        { kind: 'closed', relativePath: 'inner' },
      ],
    })

    const found = await walked(droppedTransfer([album]), sees)

    expect(found).toMatchObject({
      refused: [],
      unreadable: [{ relativePath: 'album/inner', failure: { kind: 'source-unreadable' } }],
      links: { count: 2, isAll: true },
    })
  })
})

describe('an entry from Chromium', () => {
  /** A folder whose entries come batch by batch; the last batch may be an error. */
  function aFolder(name: string, ...batches: readonly (readonly unknown[] | DOMException)[]) {
    const left = [...batches]
    const createReader = () => ({
      readEntries: (
        resolve: (some: readonly unknown[]) => void,
        reject: (why: unknown) => void,
      ) => {
        const next = left.shift() ?? []
        if (next instanceof DOMException) reject(next)
        else resolve(next)
      },
    })
    return { name, fullPath: `/${name}`, isFile: false, isDirectory: true, createReader }
  }

  const aFile = (fullPath: string, answer: File | DOMException) => ({
    ...{ name: fullPath.slice(fullPath.lastIndexOf('/') + 1), fullPath },
    ...{ isFile: true, isDirectory: false },
    file: (resolve: (file: File) => void, reject: (why: unknown) => void) =>
      answer instanceof File ? resolve(answer) : reject(answer),
  })

  const dropOf = (entry: unknown, file: File | null = null) => {
    const item = { kind: 'file', webkitGetAsEntry: () => entry, getAsFile: () => file }
    return { items: [item] } as unknown as DataTransfer
  }

  it('is never walked twice, even if a folder lists itself', async () => {
    const inner: unknown[] = [aFile('/loop/a.txt', new File([], 'a.txt'))]
    const loop = aFolder('loop', inner, [], inner, [])
    inner.push(loop)

    const found = await walked(dropOf(loop), aBrowser)

    expect(found).toMatchObject({
      places: ['loop/a.txt'],
      unreadable: [{ relativePath: 'loop/\uFFFD', failure: ODD_NAME }],
    })
  })

  it('is kept if it came before the folder became unreadable', async () => {
    const first = aFile('/d/a.txt', new File([], 'a.txt'))
    const broken = aFolder('d', [first], new DOMException('', 'NoModificationAllowedError'))

    const found = await walked(dropOf(broken), aBrowser)

    expect(found).toMatchObject({
      places: ['d/a.txt'],
      unreadable: [{ relativePath: 'd', failure: { kind: 'source-unreadable' } }],
      emptyFolderCount: 0,
    })
  })

  it('is reported once if the host finds the same folder unreadable', async () => {
    const closed = aFolder('d', new DOMException('', 'NoModificationAllowedError'))
    const sees = aHostThatSees({ hidden: [{ kind: 'closed', relativePath: '' }] })

    const found = await walked(dropOf(closed, new File([], 'd')), sees)

    expect(found.unreadable).toEqual([
      { relativePath: 'd', failure: { kind: 'source-unreadable' } },
    ])
  })

  it.each([
    ['vanished', 'a.txt', 'NotFoundError', { kind: 'source-missing' }],
    ['has a name that Windows cannot represent', 'a\uFFFD.txt', 'NotFoundError', ODD_NAME],
    ['may not be opened', 'a.txt', 'NotReadableError', { kind: 'source-unreadable' }],
  ])('is reported by name if it %s', async (_, name, error, failure) => {
    const gone = aFile(`/d/${name}`, new DOMException('', error))

    const found = await walked(dropOf(aFolder('d', [gone])), aBrowser)

    expect(found).toMatchObject({
      ...{ places: [], fileCount: 1 },
      refused: [{ relativePath: `d/${name}`, failure }],
    })
  })

  it('is reported if it announces a file and delivers none', async () => {
    const named = await walked(dropOf(aFile('/a.txt', new File([], 'a.txt'))), aBrowser)
    const nothing = await walked(dropOf(null), aBrowser)

    const failure = { kind: 'source-unreadable' }
    expect(named.refused).toEqual([{ relativePath: 'a.txt', failure }])
    expect(nothing.refused).toEqual([{ relativePath: '\uFFFD', failure }])
    expect([named.fileCount, nothing.fileCount]).toEqual([1, 1])
  })

  it('is reported if it was dropped directly and has no name', async () => {
    const oddFile = await walked(dropOf(aFile('/', new File([], ''))), aBrowser)
    const oddFolder = await walked(dropOf(aFolder('')), aBrowser)

    expect(oddFile.refused).toEqual([{ relativePath: '\uFFFD', failure: ODD_NAME }])
    expect(oddFolder.unreadable).toEqual([{ relativePath: '\uFFFD', failure: ODD_NAME }])
  })
})
