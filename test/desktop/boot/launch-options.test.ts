import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { hostPlatform } from '../../../electron/core/host/default-folders.ts'
import { lockFolder } from '../../../electron/core/host/folder-lock.ts'
import {
  readLaunchOptions,
  settleDataFolder,
  wantedFolder,
} from '../../../electron/desktop/boot/launch-options.ts'
import { closeBeforeQuit } from '../../../electron/desktop/boot/quit.ts'
import { StartRefused } from '../../../electron/files/start-refused.ts'
import { app, resetElectron, standIn } from '../../fakes/electron.ts'

let folder: string

beforeEach(() => {
  resetElectron()
  folder = mkdtempSync(join(tmpdir(), 'ferry-start-'))
})

afterEach(() => {
  vi.useRealTimers()
  chmodSync(folder, 0o700)
  rmSync(folder, { recursive: true })
})

describe('the command line', () => {
  it.each([
    [['electron', '.', '--data-dir', 'here'], {}],
    [['electron', '.', '--data-dir=here'], {}],
    [['Ferry', '--data-dir', 'here', '--no-sandbox'], { FERRY_DATA_DIR: 'elsewhere' }],
    [['Ferry', '--inspect=0', '--ozone-platform=x11'], { FERRY_DATA_DIR: 'here' }],
  ])('%j with %j names the data folder', (argv, env) => {
    expect(readLaunchOptions(argv, env, true).dataFolder).toBe(resolve('here'))
  })

  it('leaves the folder to the system by default', () => {
    expect(readLaunchOptions(['Ferry'], {}, true)).toEqual({ dataFolder: null, devServer: null })
    expect(readLaunchOptions(['Ferry', '--data-dir='], {}, true).dataFolder).toBeNull()
    expect(readLaunchOptions(['Ferry', '--data-dir'], {}, true).dataFolder).toBeNull()
  })

  it('knows a development server on this computer, and only when unpackaged', () => {
    const from = (url: string, isPackaged = false) =>
      readLaunchOptions(['electron', '.'], { FERRY_DEV_SERVER: url }, isPackaged).devServer

    expect(from('http://localhost:5173/')).toBe('http://localhost:5173')
    expect(from('http://localhost:5173/', true)).toBeNull()
    expect(from('http://evil.example/')).toBeNull()
    expect(from('file:///tmp/x')).toBeNull()
    expect(from('rubbish')).toBeNull()
  })
})

describe('the data folder', () => {
  it('is created for this user only, with a separate folder for Chromium', () => {
    const asked = join(folder, 'deep', 'Ferry')

    const settled = settleDataFolder(standIn(app), asked)

    expect(settled).toEqual({ folder: asked, privacy: 'private' })

    expect(app.getPath('userData')).toBe(asked)
    expect(app.getPath('sessionData')).toBe(join(asked, 'chromium'))
    if (process.platform !== 'win32') expect(statSync(asked).mode & 0o777).toBe(0o700)
  })

  it.skipIf(process.platform === 'win32')(
    "is Electron's default unless another one is given",
    () => {
      app.setPath('userData', join(folder, 'usual'))

      expect(settleDataFolder(standIn(app), null).folder).toBe(join(folder, 'usual'))
    },
  )

  it.each([
    ['win32', null, 'C:\\Users\\me\\AppData\\Local\\Ferry'],
    ['win32', 'D:\\asked', 'D:\\asked'],
    ['darwin', null, null],
    ['linux', null, null],
  ] as const)(
    'on %s with %s asked for is %s, where null is left to Electron',
    (platform, asked, expected) => {
      const around = { platform, environment: {}, home: 'C:\\Users\\me', exists: () => false }

      expect(wantedFolder(asked, around)).toBe(expected)
    },
  )

  it('that cannot be created is reported in one sentence', () => {
    writeFileSync(join(folder, 'file'), '')

    expect(() => settleDataFolder(standIn(app), join(folder, 'file', 'data'))).toThrow(
      new StartRefused(
        `Ferry cannot write to its data folder ${join(folder, 'file', 'data')} (a file is in the way). Choose another with --data-dir.`,
      ),
    )
  })
})

describe('the lock on the data folder', () => {
  /** Holds the lock in another process, because a lock does not apply within its own process. */
  const HOLD = `
    import { DatabaseSync } from 'node:sqlite'
    new DatabaseSync(process.argv[1]).exec('BEGIN EXCLUSIVE')
    process.stdout.write('held')
    setInterval(() => {}, 1000)
  `

  it('is refused while another host has it, and free once that has died', async () => {
    const file = join(folder, 'host-lock.sqlite')
    const holder = spawn(process.execPath, ['--input-type=module', '-e', HOLD, file])
    await once(holder.stdout, 'data')

    await expect(lockFolder(folder)).rejects.toThrow(
      `Ferry is already running with the data folder ${folder}`,
    )
    holder.kill('SIGKILL')
    await once(holder, 'exit')
    const lock = await lockFolder(folder)

    await lock.release()
    expect(existsSync(file)).toBe(true)
  })

  it('is waited for while another host closes', async () => {
    const file = join(folder, 'host-lock.sqlite')
    const holder = spawn(process.execPath, ['--input-type=module', '-e', HOLD, file])
    await once(holder.stdout, 'data')
    const ended = once(holder, 'exit')

    const waiting = lockFolder(folder, 10_000)
    holder.kill('SIGKILL')
    await ended
    const lock = await waiting

    await lock.release()
  })

  it('is not waited for when a host has announced that it runs', async () => {
    const file = join(folder, 'host-lock.sqlite')
    const holder = spawn(process.execPath, ['--input-type=module', '-e', HOLD, file])
    await once(holder.stdout, 'data')
    const address = `http://${'0'.repeat(32)}.localhost:47470/`
    writeFileSync(join(folder, 'running-at.txt'), address)

    await expect(lockFolder(folder, 60_000)).rejects.toThrow(address)

    holder.kill('SIGKILL')
    await once(holder, 'exit')
  })

  it('replaces invalid data', async () => {
    writeFileSync(join(folder, 'host-lock.sqlite'), 'x'.repeat(4096))

    const lock = await lockFolder(folder)

    await lock.release()
  })
})

describe('quitting', () => {
  it('closes the core first, asks nothing, and ends once', async () => {
    const { promise, resolve: closed } = Promise.withResolvers<void>()
    const order: string[] = []
    closeBeforeQuit(
      standIn(app),
      { close: () => promise.then(() => void order.push('core')) },
      { release: async () => void order.push('lock') },
    )
    let preventedCount = 0
    const quit = () => app.emit('will-quit', { preventDefault: () => (preventedCount += 1) })

    quit()
    quit()
    const ended = once(app, 'exited')
    expect(app.exitCode).toBeNull()
    closed()

    await expect(ended).resolves.toEqual([0])
    expect(order).toEqual(['core', 'lock'])
    expect(preventedCount).toBe(2)
  })

  it('lets a new start begin at once, and starts again for one that came too early', async () => {
    const order: string[] = []
    app.on('exited', () => order.push('exited'))
    closeBeforeQuit(
      standIn(app),
      { close: async () => void order.push(...app.calls, 'core') },
      { release: async () => void order.push('lock') },
      () => ({ args: ['--', '/film.mov'] }),
    )
    const ended = once(app, 'exited')

    app.emit('will-quit', { preventDefault: () => undefined })
    await ended

    expect(order).toEqual(['releaseSingleInstanceLock', 'core', 'lock', 'exited'])
    expect(app.relaunches).toEqual([{ args: ['--', '/film.mov'] }])
  })

  it('does not wait for a core that cannot close', async () => {
    vi.useFakeTimers()
    closeBeforeQuit(
      standIn(app),
      { close: () => new Promise(() => undefined) },
      { release: async () => undefined },
    )

    app.emit('will-quit', { preventDefault: () => undefined })
    await vi.advanceTimersByTimeAsync(3000)

    expect(app.exitCode).toBe(0)
  })

  it('ends even if closing failed', async () => {
    closeBeforeQuit(
      standIn(app),
      { close: () => Promise.reject(new Error('disk')) },
      { release: async () => undefined },
    )
    const ended = once(app, 'exited')

    app.emit('will-quit', { preventDefault: () => undefined })

    await expect(ended).resolves.toEqual([0])
  })
})

it('names the platform as the page knows it', () => {
  const known: NodeJS.Platform[] = ['linux', 'darwin', 'win32', 'freebsd']

  expect(known.map(hostPlatform)).toEqual(['linux', 'macos', 'windows', 'other'])
})
