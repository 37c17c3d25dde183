import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { IntakeReport } from '../../renderer/engine/intake/intake-report.ts'
import { destinationIdOf } from '../fakes/upload-records.ts'
import { chosenFolder, droppedTransfer } from '../trees/chromium-files.ts'
import { IntakeBench } from './intake-bench.ts'

const destinationId = destinationIdOf(1)

let folder: string
let album: string
let bench: IntakeBench

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ferry-system-files-'))
  album = join(folder, 'album')
  bench = new IntakeBench()
})

afterEach(() => {
  bench.queue.close()
  rmSync(folder, { recursive: true, force: true })
})

function write(...relativePaths: readonly string[]): void {
  for (const relativePath of relativePaths) {
    const path = join(folder, relativePath)
    mkdirSync(join(path, '..'), { recursive: true })
    writeFileSync(path, relativePath)
  }
}

const queued = () => bench.queuedItems.map(({ relativePath }) => relativePath).sort()

const WAYS: readonly [string, (root: string) => Promise<IntakeReport>][] = [
  ['dropped', (root) => bench.intake.addTransfer(droppedTransfer([root]), destinationId)],
  ['chosen', (root) => bench.intake.addFiles(chosenFolder(root), destinationId)],
]

describe.each(WAYS)('a system file in a folder that is %s', (_, give) => {
  it('is skipped, counted and named, each kind once', async () => {
    write('album/a.txt', 'album/.DS_Store', 'album/._a.txt', 'album/in/b.txt', 'album/in/._b.txt')
    write('album/in/.DS_Store', 'album/.Trashes/1/x.txt', 'album/.Trashes/1/y.txt')

    const report = await give(album)

    expect(queued()).toEqual(['album/a.txt', 'album/in/b.txt'])
    expect(report).toMatchObject({ fileCount: 2, queuedCount: 2, refused: [] })
    expect(report.systemFiles).toMatchObject({ destinationId, fileCount: 4, folderCount: 1 })
    expect(new Set(report.systemFiles?.names)).toEqual(new Set(['._*', '.DS_Store', '.Trashes']))
    expect(report.systemFiles?.names).toHaveLength(3)
  })

  it('is uploaded on request, as a file of the same folder', async () => {
    write('album/a.txt', 'album/.DS_Store', 'album/in/Thumbs.db', 'album/.Trashes/1/x.txt')
    const first = await give(album)
    const before = queued()

    const report = await first.systemFiles?.upload?.()

    expect(before).toEqual(['album/a.txt'])
    expect(queued()).toEqual(['album/.DS_Store', 'album/a.txt', 'album/in/Thumbs.db'])
    expect(report).toMatchObject({ fileCount: 2, queuedCount: 2, systemFiles: null })
  })

  it('is not counted as a file if there is nothing else', async () => {
    write('album/.DS_Store')

    const report = await give(album)

    expect(report).toMatchObject({ fileCount: 0, queuedCount: 0, emptyFolderCount: 1 })
  })

  it('offers no upload if only a folder was skipped', async () => {
    write('album/a.txt', 'album/.Trashes/1/x.txt')

    const report = await give(album)

    expect(report.systemFiles).toMatchObject({ fileCount: 0, folderCount: 1, upload: null })
  })

  it('is queued like every other file if the destination’s rule says so', async () => {
    bench.systemFiles = 'upload'
    write('album/a.txt', 'album/.DS_Store', 'album/.Trashes/1/x.txt')

    const report = await give(album)

    expect(report).toMatchObject({ queuedCount: 3, systemFiles: null })
  })

  it('is named if it vanished before the user requested it', async () => {
    write('album/a.txt', 'album/.DS_Store')
    const first = await give(album)
    rmSync(join(album, '.DS_Store'))

    const report = await first.systemFiles?.upload?.()

    expect([report?.fileCount, (report?.queuedCount ?? 0) + (report?.refused.length ?? 0)]).toEqual(
      [1, 1],
    )
  })
})

describe('a folder that macOS shows as one file', () => {
  it.each(WAYS)(
    'is reported with its uploads if it was %s; folders inside it are not',
    async (_, give) => {
      write('album/Trip.pages/index.xml', 'album/Trip.pages/Data/a.jpg', 'album/b.txt')
      write('album/Ferry.app/Contents/info', 'album/Ferry.app/Contents/X.bundle/code')

      const { packages } = await give(album)

      expect(
        packages.map(({ relativePath, uploadIds }) => [relativePath, uploadIds.length]).sort(),
      ).toEqual([
        ['album/Ferry.app', 2],
        ['album/Trip.pages', 2],
      ])
      const inPackages = packages.flatMap(({ uploadIds }) => uploadIds)
      expect(new Set(inPackages).size).toBe(4)
    },
  )
})
