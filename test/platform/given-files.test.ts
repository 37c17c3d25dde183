import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { commands } from '../../electron/contract/commands.ts'
import { type FerryBridge, mapRows } from '../../electron/contract/ferry-bridge.ts'
import type { DestinationId } from '../../electron/contract/ids.ts'
import { MAX_BATCH } from '../../electron/contract/limits.ts'
import { notices } from '../../electron/contract/notices.ts'
import { failed } from '../../electron/contract/outcome.ts'
import type { SystemFilesRule } from '../../electron/contract/rules/upload-rules.ts'
import { APP_ORIGIN } from '../../electron/contract/transport.ts'
import { answerSource } from '../../electron/desktop/protocols/source-protocol.ts'
import type { RegistrationDeps } from '../../renderer/engine/intake/registration.ts'
import { createPageIntake } from '../../renderer/platform/page-intake.ts'
import { CoreHarness } from '../fakes/core-harness.ts'
import { temporaryFolder } from '../fakes/core-ports.ts'

let host: CoreHarness
let folder: string
let removeFolder: () => void
let destinationId: DestinationId
let needsHash: boolean
let systemFiles: SystemFilesRule

/**
 * The page's intake over the real host, which streams its files through the real `source://`
 * handler.
 */
beforeEach(async () => {
  ;({ folder, remove: removeFolder } = temporaryFolder())
  host = await CoreHarness.start({
    description: { host: 'desktop', version: '0.0.0', platform: 'linux' },
  })
  destinationId = (await host.must('openLocalBucket', {})).destinationId
  needsHash = false
  systemFiles = 'leave-out'
  vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
    const request = Object.assign(new Request(url, init), { initiatorOrigin: APP_ORIGIN })
    return answerSource(request, host.core.sourcePath, APP_ORIGIN)
  })
})

afterEach(async () => {
  vi.unstubAllGlobals()
  await host.close()
  removeFolder()
})

function intake() {
  const bridge: FerryBridge<File> = {
    commands: mapRows(
      commands,
      (name) => (input: unknown) => host.ask(name, input as never),
    ) as FerryBridge<File>['commands'],
    notices: mapRows(notices, () => () => () => undefined),
    registerSources: async () => failed({ kind: 'wrong-state' }),
    inspectFolders: async () => failed({ kind: 'wrong-state' }),
  }
  const queue = { adopt: () => undefined, upload: () => undefined, attachSource: () => undefined }
  return createPageIntake({
    bridge,
    queue: queue as unknown as RegistrationDeps<File>['queue'],
    sourceFiles: new Map(),
    rules: {
      needsHash: () => needsHash,
      ruledType: () => null,
      systemFiles: () => systemFiles,
    },
  })
}

function write(relativePath: string, text: string | Buffer = relativePath): string {
  const path = join(folder, relativePath)
  mkdirSync(join(path, '..'), { recursive: true })
  writeFileSync(path, text)
  return path
}

const placesOf = async () =>
  (await host.records()).map(({ folder: place, name }) => place + name).sort()

describe('files given to the app itself', () => {
  it('become uploads as dropped ones do, and folders keep their structure', async () => {
    const film = write('film.mov')
    write('trip/day 1/a.jpg')
    write('trip/b.txt')
    mkdirSync(join(folder, 'trip', 'empty'))
    host.core.giveFiles([film, join(folder, 'trip')])

    const report = await intake().addGiven(destinationId)

    expect(report).toEqual({
      fileCount: 3,
      queuedCount: 3,
      matchedCount: 0,
      notResumedCount: 0,
      refused: [],
      unreadable: [],
      emptyFolderCount: 1,
      links: { count: 0, isAll: true },
      systemFiles: null,
      packages: [],
    })
    expect(await placesOf()).toEqual(['film.mov', 'trip/b.txt', 'trip/day 1/a.jpg'])
    expect((await host.records()).every(({ isSourceDurable }) => isSourceDurable)).toBe(true)
  })

  it('have the type that their names or first bytes reveal, and text files an encoding', async () => {
    const png = Buffer.from(
      '89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489',
      'hex',
    )
    host.core.giveFiles([
      write('photo.jpg'),
      write('without', png),
      write('letter.txt', 'Grüße'),
      write('nothing.txt', ''),
    ])

    await intake().addGiven(destinationId)

    const types = (await host.records()).map(({ name, contentType }) => [name, contentType])
    expect(Object.fromEntries(types)).toEqual({
      'photo.jpg': 'image/jpeg',
      without: 'image/png',
      'letter.txt': 'text/plain; charset=utf-8',
      'nothing.txt': expect.stringContaining('text/plain'),
    })
  })

  it('are read if the key template needs their hash', async () => {
    needsHash = true
    const queued = vi.spyOn(host.core.handlers, 'queueUploads')
    host.core.giveFiles([write('film.mov', 'four')])

    await intake().addGiven(destinationId)

    const hash8 = createHash('sha256').update('4\nfour').digest('hex').slice(0, 8)
    expect(queued.mock.calls[0]?.[0].items).toMatchObject([{ relativePath: 'film.mov', hash8 }])
  })

  it('wait for the page, one batch after another', async () => {
    host.core.giveFiles([write('a.txt')])
    host.core.giveFiles([write('b.txt')])

    const waitingCounts = host.heard.of('filesGiven')
    const first = await intake().addGiven(destinationId)
    const between = await host.must('countGivenFiles', {})
    await intake().addGiven(destinationId)
    const after = await host.must('countGivenFiles', {})

    expect(waitingCounts).toEqual([{ waitingCount: 1 }, { waitingCount: 2 }])
    expect(first.queuedCount).toBe(1)
    expect([between, after]).toEqual([{ waitingCount: 1 }, { waitingCount: 0 }])
    expect(await placesOf()).toEqual(['a.txt', 'b.txt'])
  })

  it('stay with the host until there is a destination', async () => {
    host.core.giveFiles([write('a.txt')])
    const { promise, resolve } = Promise.withResolvers<DestinationId>()
    const taking = intake().addGiven(promise)
    const before = await host.must('countGivenFiles', {})

    resolve(destinationId)

    expect(before).toEqual({ waitingCount: 1 })
    expect((await taking).queuedCount).toBe(1)
  })

  it('come in batches, however many they are', async () => {
    for (let number = 0; number <= MAX_BATCH; number += 1) write(`many/${number}.txt`, '')
    host.core.giveFiles([join(folder, 'many')])

    const first = await host.must('nextGivenFiles', { systemFiles })
    const second = await host.must('nextGivenFiles', { systemFiles })

    expect([first.files.length, first.isLast]).toEqual([MAX_BATCH, false])
    expect([second.files.length, second.isLast]).toEqual([1, true])
  })

  it('skip system files in their folders, and upload them when given directly or on request', async () => {
    write('trip/a.txt')
    write('trip/.DS_Store', 'views')
    write('trip/inner/Thumbs.db')
    write('trip/.Trashes/501/thrown away.txt')
    const alone = write('desktop.ini')
    host.core.giveFiles([join(folder, 'trip'), alone])

    const report = await intake().addGiven(destinationId)
    const before = await placesOf()
    const later = await report.systemFiles?.upload?.()

    expect(before).toEqual(['desktop.ini', 'trip/a.txt'])
    expect(report).toMatchObject({ fileCount: 2, queuedCount: 2, emptyFolderCount: 1 })
    expect(report.systemFiles).toMatchObject({ destinationId, fileCount: 2, folderCount: 1 })
    expect(report.systemFiles?.names.toSorted()).toEqual(['.DS_Store', '.Trashes', 'Thumbs.db'])
    expect(later).toMatchObject({ queuedCount: 2, refused: [] })
    expect(await placesOf()).toEqual([
      ...['desktop.ini', 'trip/.DS_Store', 'trip/a.txt', 'trip/inner/Thumbs.db'],
    ])
  })

  it('include system files if the destination’s rule says so', async () => {
    systemFiles = 'upload'
    write('trip/.Trashes/501/thrown away.txt')
    write('trip/inner/Thumbs.db')
    host.core.giveFiles([join(folder, 'trip')])

    const report = await intake().addGiven(destinationId)

    expect(report).toMatchObject({ queuedCount: 2, emptyFolderCount: 0, systemFiles: null })
  })

  it('that are missing or unreadable are refused by name', async () => {
    const settings = join(host.folder, 'settings.json')
    writeFileSync(settings, '{}')
    host.core.giveFiles([join(folder, 'gone.txt'), settings, '/'])

    const { refused } = await intake().addGiven(destinationId)

    expect(refused.map(({ relativePath, failure }) => [relativePath, failure.kind])).toEqual([
      ['gone.txt', 'source-missing'],
      ['settings.json', 'source-off-limits'],
      ['/', 'name-unusable'],
    ])
  })

  it.runIf(process.platform === 'linux')(
    'do not include links in folders, and follow a link that was given directly',
    async () => {
      const film = write('film.mov')
      mkdirSync(join(folder, 'links'))
      symlinkSync(film, join(folder, 'links', 'film'))
      symlinkSync(folder, join(folder, 'links', 'upwards'))
      symlinkSync(film, join(folder, 'latest.mov'))
      execFileSync('mkfifo', [join(folder, 'links', 'pipe')])
      host.core.giveFiles([join(folder, 'links'), join(folder, 'latest.mov')])

      const report = await intake().addGiven(destinationId)

      expect(report).toMatchObject({
        queuedCount: 1,
        links: { count: 2, isAll: true },
        refused: [{ relativePath: 'links/pipe', failure: { kind: 'source-not-a-file' } }],
      })
      expect(await placesOf()).toEqual(['latest.mov'])
    },
  )

  it.runIf(process.platform === 'linux')('whose names are not valid text are refused', async () => {
    mkdirSync(join(folder, 'odd'))
    writeFileSync(Buffer.concat([Buffer.from(join(folder, 'odd', 'x')), Buffer.from([0xff])]), '')
    host.core.giveFiles([join(folder, 'odd')])

    const { refused } = await intake().addGiven(destinationId)

    expect(refused).toEqual([
      {
        relativePath: 'odd/x\uFFFD',
        failure: { kind: 'name-unusable', reason: 'not-unicode' },
      },
    ])
  })
})
