import { execFile } from 'node:child_process'
import { once } from 'node:events'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { createBuilder } from 'vite'
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { commands } from '../../../electron/contract/commands.ts'
import {
  commandChannel,
  INSPECT_FOLDERS_CHANNEL,
  noticeChannel,
  REGISTER_SOURCES_CHANNEL,
} from '../../../electron/contract/transport.ts'
import { idleReport } from '../../fakes/queue-reports.ts'

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))

let root: string

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'ferry-boot-'))
})

afterAll(() => rmSync(root, { recursive: true }))

describe('the built main process', () => {
  it('starts without node_modules, serves the page and the commands, and ends', async () => {
    const out = join(root, 'out')
    const builder = await createBuilder({
      configFile: at('../../../vite.config.ts'),
      logLevel: 'silent',
      environments: { main: { build: { outDir: join(out, 'main') } } },
    })
    const { main } = builder.environments
    if (main === undefined) throw new Error('vite.config.ts makes no main process')
    await builder.build(main)
    mkdirSync(join(out, 'renderer'))
    writeFileSync(join(out, 'renderer', 'index.html'), '<!doctype html>')
    // A package contains only bundled files: nothing may be resolved from node_modules.
    writeFileSync(join(root, 'package.json'), '{"type":"module"}')
    const dataFolder = join(root, 'built data')

    const { stdout, stderr } = await promisify(execFile)(process.execPath, [
      at('../run-bundle.ts'),
      join(out, 'main', 'index.js'),
      dataFolder,
    ])

    expect(stderr).toBe('')
    expect(JSON.parse(stdout)).toEqual({
      host: {
        ok: true,
        value: expect.objectContaining({
          host: 'desktop',
          version: '0.1.0',
          secretPlace: 'system',
          dataFolder,
          troubles: [],
        }),
      },
      bucket: {
        ok: true,
        value: expect.objectContaining({ kind: 'local', hasSecret: true }),
      },
      pageStatus: 200,
      // Node uses real paths of modules, and macOS's temporary folder is behind a link.
      preload: join(realpathSync(out), 'preload', 'index.cjs'),
      isSandboxed: true,
      exitCode: 0,
    })
    const settings = readFileSync(join(dataFolder, 'settings.json'), 'utf8')
    expect(JSON.parse(settings)).toBeTypeOf('object')
    if (process.platform !== 'win32') {
      expect(statSync(join(dataFolder, 'settings.json')).mode & 0o077).toBe(0)
    }
  }, 60_000)
})

describe('main', () => {
  let said: string[]
  let electron: typeof import('../../fakes/electron.ts')

  beforeEach(async () => {
    // The main process is a module with side effects: each test imports it again with its own
    // Electron.
    vi.resetModules()
    electron = await import('../../fakes/electron.ts')
    said = []
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
      said.push(String(text))
      return true
    })
    return () => vi.restoreAllMocks()
  })

  const runMain = async (dataFolder: string, ...files: readonly string[]) => {
    const argv = ['Ferry', '--data-dir', dataFolder, ...files]
    vi.spyOn(process, 'argv', 'get').mockReturnValue(argv)
    await import('../../../electron/desktop/main.ts')
  }

  const open = async () => {
    const opened = once(electron.FakeWindow.events, 'opened')
    electron.app.becomeReady()
    await opened
    const [window] = electron.FakeWindow.opened
    if (window === undefined) throw new Error('No window was opened')
    onTestFinished(async () => {
      if (electron.app.exitCode === null) await quit()
    })
    return window
  }

  const quit = async () => {
    const ended = once(electron.app, 'exited')
    electron.app.emit('will-quit', { preventDefault: () => undefined })
    await ended
    return electron.app.exitCode
  }

  it('registers its schemes and the sandbox before Electron is ready', async () => {
    await runMain(join(root, 'early'))

    expect(electron.app.calls).toEqual(['enableSandbox'])
    expect(electron.FakeWindow.opened).toEqual([])
    expect(electron.protocol.schemes.map(({ scheme, privileges }) => [scheme, privileges])).toEqual(
      [
        [
          'app',
          { standard: true, secure: true, supportFetchAPI: true, stream: true, codeCache: true },
        ],
        [
          'source',
          { standard: true, secure: true, supportFetchAPI: true, stream: true, corsEnabled: true },
        ],
      ],
    )
  })

  it('watches for crashes before Electron is ready, and fills the About panel', async () => {
    await runMain(join(root, 'about'))

    expect(electron.crashReporter.started).toEqual([{ uploadToServer: false }])
    expect(electron.app.getPath('crashDumps')).toBe(join(root, 'about', 'crashes'))
    await open()
    expect(electron.app.about).toMatchObject({ applicationName: 'Ferry' })
  })

  it('leaves to the first instance if there is one, and says so', async () => {
    electron.app.isFirstInstance = false

    await runMain(join(root, 'second'))
    electron.app.becomeReady()

    expect(electron.app.exitCode).toBe(1)
    expect(said.join('')).toBe(
      `Ferry is already running with the data folder ${join(root, 'second')}. Its window is in front now.\n`,
    )
    expect(electron.FakeWindow.opened).toEqual([])
  })

  it('passes its files to the first instance and ends successfully', async () => {
    electron.app.isFirstInstance = false

    await runMain(join(root, 'handing over'), join(root, 'film.mov'))

    expect(electron.app.additionalData).toEqual({
      paths: [join(root, 'film.mov')],
      isChoosing: false,
    })
    expect(electron.app.exitCode).toBe(0)
    expect(said.join('')).toContain('It has the files now.')
  })

  it('says in one sentence that the data folder cannot be used', async () => {
    writeFileSync(join(root, 'in-the-way'), '')

    await runMain(join(root, 'in-the-way', 'data'))

    const sentence = `Ferry cannot write to its data folder ${join(root, 'in-the-way', 'data')} (a file is in the way). Choose another with --data-dir.`
    expect(said).toEqual([`${sentence}\n`])
    expect(electron.dialog.errors).toEqual([{ title: 'Ferry cannot start', content: sentence }])
    expect(electron.app.exitCode).toBe(1)
  })

  it('opens its window only after the network guard is active and the commands are served', async () => {
    await runMain(join(root, 'ready'))
    await open()

    expect(electron.session.defaultSession.isCancelled('https://evil.example/')).toBe(true)
    expect(electron.session.defaultSession.checks('media', 'app://ferry')).toBe(false)
    expect([...electron.session.defaultSession.schemes.keys()]).toEqual(['app', 'source'])
    // The channel that electron-store's constructor opens is closed again.
    expect(electron.ipcMain.eventNames()).toEqual([])
    expect([...electron.ipcMain.handlers.keys()].sort()).toEqual(
      [
        ...Object.keys(commands).map(commandChannel),
        REGISTER_SOURCES_CHANNEL,
        INSPECT_FOLDERS_CHANNEL,
      ].sort(),
    )
  })

  it('lets the computer sleep when the window is closed in the middle of an upload', async () => {
    await runMain(join(root, 'sleep'))
    const window = await open()
    const event = { sender: window.webContents, senderFrame: window.webContents.mainFrame }
    const input = { ...idleReport, fraction: 0.5, pace: 'moving', movingCount: 1 }
    await electron.ipcMain.invoke(commandChannel('showProgress'), event, input)
    expect(electron.powerSaveBlocker.running.size).toBe(1)

    const closed = once(window, 'closed')
    window.close()
    await closed

    expect(electron.powerSaveBlocker.running.size).toBe(0)
  })

  it('tells the page when the computer sleeps, but does not listen before Electron is ready', async () => {
    await runMain(join(root, 'power'))
    const early = electron.powerMonitor.eventNames()
    const window = await open()

    electron.powerMonitor.emit('suspend')
    electron.powerMonitor.emit('resume')

    expect(early).toEqual([])
    const told = window.webContents.sent.filter(
      ({ channel }) => channel === noticeChannel('powerChanged'),
    )
    expect(told.map(({ payload }) => payload)).toEqual([{ isAsleep: true }, { isAsleep: false }])
  })

  it('continues after an unhandled rejection, and says so in the window once', async () => {
    const before = process.listeners('unhandledRejection')
    await runMain(join(root, 'stray'))
    const window = await open()
    // Called directly: a real rejection would end the test run.
    const [judge] = process.listeners('unhandledRejection').filter((each) => !before.includes(each))

    judge?.(new Error('Failed to open'), Promise.resolve())
    judge?.(new Error('Failed to open again'), Promise.resolve())

    expect(electron.app.exitCode).toBeNull()
    expect(electron.dialog.errors).toEqual([])
    const told = window.webContents.sent.filter(
      ({ channel }) => channel === noticeChannel('troublesChanged'),
    )
    expect(told.map(({ payload }) => payload)).toEqual([
      {
        troubles: [{ kind: 'unexpected-error', reference: expect.stringMatching(/^[0-9a-f]{8}$/) }],
      },
    ])
  })

  it('copies a link that the system cannot open, and says so in the window', async () => {
    await runMain(join(root, 'refused link'))
    const window = await open()
    electron.app.emit('web-contents-created', {}, window.webContents)
    electron.shell.isRefusing = true
    const help = 'https://docs.aws.amazon.com/AmazonS3/latest/userguide/cors.html'

    window.webContents.opens(help)
    await vi.waitFor(() => expect(window.webContents.sent).not.toEqual([]))

    expect(electron.clipboard.text).toBe(help)
    expect(window.webContents.sent).toEqual([
      { channel: noticeChannel('linkNotOpened'), payload: { reason: 'refused', isCopied: true } },
    ])
  })

  it('answers proxies and servers that ask for authentication, from the first request on', async () => {
    await runMain(join(root, 'asked'))
    await open()

    expect(electron.app.listenerCount('login')).toBe(1)
    expect(electron.app.listenerCount('select-client-certificate')).toBe(1)
  })

  it('keeps the files of this and a second start for the page', async () => {
    await runMain(join(root, 'given'), join(root, 'given', 'a.txt'))
    const window = await open()
    const event = { sender: window.webContents, senderFrame: window.webContents.mainFrame }
    const count = () => electron.ipcMain.invoke(commandChannel('countGivenFiles'), event, {})
    const first = await count()

    electron.app.emit('second-instance', {}, [], '/', { paths: ['/b.txt'], isChoosing: false })
    await vi.waitFor(async () =>
      expect(await count()).toMatchObject({ value: { waitingCount: 2 } }),
    )

    expect(first).toMatchObject({ value: { waitingCount: 1 } })
    expect(electron.app.additionalData).toEqual({
      paths: [join(root, 'given', 'a.txt')],
      isChoosing: false,
    })
    expect(window.calls).toContain('focus')
    expect(window.webContents.sent.at(-1)).toEqual({
      channel: noticeChannel('filesGiven'),
      payload: { waitingCount: 2 },
    })
  })

  it('starts again for a start that came while it was closing its records', async () => {
    await runMain(join(root, 'again'))
    await open()
    electron.app.on('will-quit', () =>
      electron.app.emit('second-instance', {}, [], '/', { paths: ['/b.txt'], isChoosing: false }),
    )

    await quit()

    const dataFolder = `--data-dir=${join(root, 'again')}`
    expect(electron.app.relaunches).toEqual([{ args: [dataFolder, '--', '/b.txt'] }])
  })

  it('closes the records before it ends', async () => {
    await runMain(join(root, 'end'))
    await open()

    expect(await quit()).toBe(0)

    // After closing, the records are a single file again.
    expect(existsSync(join(root, 'end', 'records.sqlite'))).toBe(true)
    expect(existsSync(join(root, 'end', 'records.sqlite-wal'))).toBe(false)
  })
})
