import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer, type Socket } from 'node:net'
import { join, resolve } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { ROOT } from '../e2e/child.ts'
import {
  electronStandIn,
  electronThatCannotStart,
  READY,
  start,
  temporaryFolder,
} from './start-harness.ts'

const DISPLAY = { DISPLAY: ':99' }
const HOW_TO_GET_IT =
  'To get it, set ELECTRON_MIRROR to a mirror that can be reached, or ELECTRON_OVERRIDE_DIST_PATH to a folder with Electron 45.4.1'

/** Windows reports a code: libuv src/win/process.c, `uv__kill`. */
const KILLED = process.platform === 'win32' ? 'it ended with code 1' : 'it was ended by SIGKILL'

async function browserArgs(): Promise<string[]> {
  return ['--no-open', '--port', '0', '--data-dir', await temporaryFolder()]
}

/** Accepts connections and never sends anything, like a network that drops packets. */
async function blackHole(): Promise<string> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new TypeError('Not a TCP server')
  return `http://127.0.0.1:${address.port}/`
}

/** Avoids downloads of an earlier run. */
async function emptyCache(): Promise<NodeJS.ProcessEnv> {
  const folder = await temporaryFolder()
  return { XDG_CACHE_HOME: folder, LOCALAPPDATA: folder, electron_config_cache: folder }
}

function linesAboutElectron(output: string): string[] {
  return output.split('\n').filter((line) => line.includes('Electron'))
}

describe('npm start with Electron at hand', () => {
  it('opens its window on this folder, with the data folder', async () => {
    const data = await temporaryFolder()
    const electron = await electronStandIn(`
      console.log('awaited: ' + isAwaited)
      await say('ready')
      process.exit(0)`)

    const child = start(['--data-dir', data], electron)
    const code = await child.ended

    expect([code, child.errors()]).toEqual([0, ''])
    expect(child.output().split('\n')).toEqual([
      `argument: ${resolve(ROOT)}`,
      'argument: --data-dir',
      `argument: ${data}`,
      'awaited: true',
      '',
    ])
  })

  it.each([
    ['opened its window', 'ready'],
    ['said why it ends', 'leaving'],
  ])('ends with the code of an app that %s', async (_name, word) => {
    const electron = await electronStandIn(`await say('${word}'); process.exit(7)`)

    const child = start(['--desktop'], electron)
    const code = await child.ended

    expect([code, child.errors()]).toEqual([7, ''])
  })

  it.each(['SIGINT', 'SIGTERM'] as const)(
    'closes the window on %s with a message and exit code 0',
    async (signal) => {
      const electron = await electronStandIn(`
        process.on('SIGTERM', () => console.log('killed'))
        process.on('message', ({ ferry }) => {
          console.log('told to ' + ferry)
          process.exit(3)
        })
        await say('ready')
        console.log('up')`)
      const child = start([], electron)
      await child.untilPrinted(/^up$/m)

      const code = await child.stop(signal)

      expect(code).toBe(0)
      expect(child.output()).toContain('told to quit')
      expect(child.output()).not.toContain('killed')
    },
  )

  /** On Windows it ends with its parent: libuv puts children into a job, src/win/process.c. */
  it.runIf(process.platform !== 'win32')(
    'leaves no window behind when it is killed, because the app notices',
    async () => {
      const endedFile = join(await temporaryFolder(), 'ended')
      const electron = await electronStandIn(`
      const { writeFileSync } = await import('node:fs')
      process.on('disconnect', () => {
        writeFileSync(${JSON.stringify(endedFile)}, 'closed in order')
        process.exit(0)
      })
      await say('ready')
      console.log('up')`)
      const child = start([], electron)
      await child.untilPrinted(/^up$/m)

      await child.stop('SIGKILL')

      await expect.poll(() => readFile(endedFile, 'utf8').catch(() => null)).toBe('closed in order')
    },
  )

  it.each([
    ['process.exit(127)', 'it ended with code 127: a library is missing'],
    // 0xC0000135 on a system that keeps only eight bits.
    ['process.exit(53)', 'it ended with code 53'],
    ["process.kill(process.pid, 'SIGKILL')", KILLED],
  ])('continues in the browser when the program ends with %s', async (end, why) => {
    const child = start(await browserArgs(), await electronStandIn(end))
    await child.untilPrinted(READY)

    expect(linesAboutElectron(child.output())).toEqual([
      expect.stringContaining(`its program does not run (${why}`),
    ])
  })

  it('continues in the browser when the system cannot start the program', async () => {
    const electron = await electronThatCannotStart('spawn Unknown system error -86')

    const child = start(await browserArgs(), electron)
    await child.untilPrinted(READY)

    expect(linesAboutElectron(child.output())).toEqual([
      expect.stringContaining('its program does not run (spawn Unknown system error -86)'),
    ])
  })

  it('refuses to start when the program does not run and --desktop was given', async () => {
    const child = start(['--desktop'], await electronStandIn('process.exit(53)'))
    const code = await child.ended

    expect(code).toBe(1)
    expect(child.errors()).toMatch(
      /^Electron's window cannot be opened: its program does not run \(it ended with code 53\)\./,
    )
  })

  it('is not used with --browser', async () => {
    const electron = await electronStandIn('process.exit(0)')

    const child = start(['--browser', ...(await browserArgs())], electron)
    await child.untilPrinted(READY)

    expect(child.output()).not.toContain('argument:')
  })
})

describe('npm start without Electron', () => {
  it('says so in one line within ten seconds, even if the network drops packets', async () => {
    const env = { ...DISPLAY, ...(await emptyCache()), ELECTRON_MIRROR: await blackHole() }
    const args = await browserArgs()
    const startedAt = performance.now()

    const child = start(args, env)
    await child.untilPrinted(/Electron/)
    const saidAfterMs = performance.now() - startedAt
    await child.untilPrinted(READY)

    expect(saidAfterMs).toBeLessThan(10_000)
    expect(linesAboutElectron(child.output())).toEqual([
      expect.stringMatching(
        /^Electron's window cannot be opened: nothing came from 127\.0\.0\.1:\d+ within 7 seconds\./,
      ),
    ])
    expect(child.output()).toContain(HOW_TO_GET_IT)
  })

  it('names a mirror that refuses', async () => {
    const mirror = 'http://user:password@127.0.0.1:1/'
    const env = { ...DISPLAY, ...(await emptyCache()), ELECTRON_MIRROR: mirror }

    const child = start(await browserArgs(), env)
    await child.untilPrinted(READY)

    expect(child.output()).toContain('it could not be downloaded from 127.0.0.1:1 (')
    expect(child.output()).not.toContain('password')
  })

  it('names an override that has no Electron in it', async () => {
    const folder = await temporaryFolder()

    const child = start(await browserArgs(), { ...DISPLAY, ELECTRON_OVERRIDE_DIST_PATH: folder })
    await child.untilPrinted(READY)

    expect(child.output()).toContain(
      `ELECTRON_OVERRIDE_DIST_PATH names ${folder}, and there is no Electron in it`,
    )
  })

  it('fails with --desktop', async () => {
    const folder = await temporaryFolder()

    const child = start(['--desktop'], { ...DISPLAY, ELECTRON_OVERRIDE_DIST_PATH: folder })
    const code = await child.ended

    expect([code, child.output()]).toEqual([1, ''])
    expect(child.errors()).toContain(HOW_TO_GET_IT)
  })
})

// Only Linux and similar systems have machines without a display.
describe.runIf(process.platform === 'linux')('npm start without a display', () => {
  it('serves the browser at once and gives the reason in one line', async () => {
    const child = start(await browserArgs(), { ELECTRON_MIRROR: await blackHole() })
    await child.untilPrinted(READY)

    const [line = '', ...others] = linesAboutElectron(child.output())
    expect(others).toEqual([])
    expect(line).toContain('there is no display here (DISPLAY and WAYLAND_DISPLAY are not set)')
    expect(line).toContain(HOW_TO_GET_IT)
  })

  it('fails with --desktop', async () => {
    const child = start(['--desktop'])
    const code = await child.ended

    expect([code, child.output()]).toEqual([1, ''])
    expect(child.errors()).toContain('there is no display here')
  })
})
