import { EventEmitter, once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Session } from 'electron'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import {
  newestRelease,
  openReleaseFeed,
  releaseFeed,
} from '../../../electron/desktop/system/release-feed.ts'
import { downloadUpdate, installAndRestart } from '../../../electron/desktop/system/self-update.ts'
import { net } from '../../fakes/electron/net.ts'
import { FakeSession } from '../../fakes/electron/session.ts'

const session = new FakeSession() as unknown as Session
const electronNet = net as unknown as Pick<Electron.Net, 'request'>
const never = new AbortController().signal

/** Starts a release server with real HTTP and returns the project's home page. */
async function startFeed(answer: RequestListener): Promise<string> {
  const server: Server = createServer(answer).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/ferry-example/ferry`
}

const noLogin = async () => null

const ask = (homepage: string, signal = never) =>
  newestRelease({ net: electronNet, session, homepage, proxyLogin: noLogin }, signal)

describe('the newest release', () => {
  it('is read from the redirect of the project’s page, with one request that reveals nothing', async () => {
    const asked: unknown[] = []
    const homepage = await startFeed((request, response) => {
      const { method, url, headers } = request
      const { cookie, referer } = headers
      asked.push({ method, url, cookie, referer, agent: headers['user-agent'] })
      response.writeHead(302, { location: `${homepage}/releases/tag/v0.2.0` }).end()
    })

    expect(await ask(homepage)).toBe('0.2.0')
    expect(asked).toEqual([
      { method: 'GET', url: '/ferry-example/ferry/releases/latest', agent: 'Ferry' },
    ])
    expect(net.requests.at(-1)).toMatchObject({
      session,
      credentials: 'omit',
      cache: 'no-store',
      redirect: 'manual',
    })
  })

  it.each([
    ['another host', 'http://127.0.0.1:1/ferry-example/ferry/releases/tag/v0.2.0'],
    ['another project', '/other/ferry/releases/tag/v0.2.0'],
    ['no release yet', '/ferry-example/ferry/releases'],
    ['a pre-release', '/ferry-example/ferry/releases/tag/v1.0.0-beta.1'],
    ['a tag of another form', '/ferry-example/ferry/releases/tag/latest'],
    ['no address', 'http://['],
  ])('is unknown when the page redirects to %s', async (_name, location) => {
    const homepage = await startFeed((_request, response) => {
      response.writeHead(302, { location }).end()
    })

    expect(await ask(homepage)).toBeNull()
  })

  it.each([200, 404, 429, 503])('is unknown when the server answers %i', async (status) => {
    const homepage = await startFeed((_request, response) => {
      response.writeHead(status).end('<html>')
    })

    expect(await ask(homepage)).toBeNull()
  })

  it('is unknown without a response', async () => {
    expect(await ask('http://127.0.0.1:1/ferry-example/ferry')).toBeNull()
  })

  it('is given up when the server does not respond, or when an upload begins', async () => {
    const homepage = await startFeed(() => undefined)
    const controller = new AbortController()
    const asked = ask(homepage, controller.signal)

    controller.abort()

    expect(await asked).toBeNull()
    expect(await ask(homepage, controller.signal)).toBeNull()
  })

  it('is given up after some seconds of silence', async () => {
    const homepage = await startFeed(() => undefined)
    vi.useFakeTimers()
    onTestFinished(() => void vi.useRealTimers())
    const asked = ask(homepage)

    await vi.advanceTimersByTimeAsync(15_000)

    expect(await asked).toBeNull()
  })
})

/** A proxy's challenge arrives as an event: docs/api/client-request.md, `login`. */
describe('a proxy', () => {
  const homepage = 'https://github.com/ferry-example/ferry'

  function behindProxy(proxyLogin: () => Promise<{ username: string; password: string } | null>) {
    const request = Object.assign(new EventEmitter(), {
      answers: [] as unknown[][],
      isAborted: false,
      end: () => request.emit('login', { isProxy: true }, answer),
      abort: () => {
        request.isAborted = true
      },
    })
    const answer = (...given: unknown[]) => {
      request.answers.push(given)
      request.emit('redirect', 302, 'GET', `${homepage}/releases/tag/v0.2.0`, {})
    }
    const asked = newestRelease(
      { net: { request: () => request as never }, session, homepage, proxyLogin },
      never,
    )
    return { request, asked }
  }

  it('gets the password that Ferry has for it', async () => {
    const { request, asked } = behindProxy(async () => ({ username: 'ada', password: 'secret' }))

    expect(await asked).toBe('0.2.0')
    expect(request.answers).toEqual([['ada', 'secret']])
  })

  it('leaves the release unknown without a password', async () => {
    const { request, asked } = behindProxy(noLogin)

    expect(await asked).toBeNull()
    expect(request.isAborted).toBe(true)
  })

  it('is also answered during a download', async () => {
    const { updater, download, load } = fakeUpdater()
    const answers: unknown[][] = []
    const login = async () => ({ username: 'ada', password: 'secret' })
    const downloading = downloadUpdate(never, login, load)
    await vi.waitFor(() => expect(updater.listenerCount('login')).toBe(1))

    updater.emit('login', { isProxy: true }, (...given: unknown[]) => answers.push(given))
    await vi.waitFor(() => expect(answers).toEqual([['ada', 'secret']]))
    download.resolve([])

    await downloading
  })
})

describe('the feed of a build', () => {
  const homepage = 'https://github.com/ferry-example/ferry'
  const deps = {
    net: electronNet,
    session: () => session,
    isPackaged: true,
    platform: 'linux',
    environment: {},
    proxyLogin: noLogin,
  } as const

  it('exists only when the build names a project on GitHub', () => {
    for (const odd of [
      undefined,
      'https://example.com/ferry-example/ferry',
      'http://github.com/ferry-example/ferry',
      'https://github.com/ferry-example/ferry/../../login',
      'https://github.com@evil.example/ferry-example/ferry',
    ]) {
      expect(releaseFeed({ homepage: odd }, deps)).toBeNull()
    }
    expect(releaseFeed({ homepage }, deps)?.pageOf('0.2.0')).toBe(`${homepage}/releases/tag/v0.2.0`)
  })

  it('does not exist in a development build', () => {
    expect(openReleaseFeed('/nowhere', { ...deps, isPackaged: false })).toBeNull()
  })

  it.each([
    ['an AppImage', 'linux', { APPIMAGE: '/home/ada/Ferry.AppImage' }, false, true],
    ['a deb or rpm', 'linux', {}, false, false],
    ['a signed installer for Windows', 'win32', {}, true, true],
    ['an unsigned installer for Windows', 'win32', {}, false, false],
    ['a signed app for macOS', 'darwin', {}, true, true],
    ['an app for macOS signed for this computer only', 'darwin', {}, false, false],
  ] as const)(
    '%s replaces itself only when that is safe',
    (_name, platform, environment, isSigned, expected) => {
      const feed = releaseFeed({ homepage, isSigned }, { ...deps, platform, environment })

      expect(feed?.canInstall).toBe(expected)
    },
  )
})

/** The used part of electron-updater: its out/AppUpdater.d.ts. */
function fakeUpdater() {
  const download = Promise.withResolvers<string[]>()
  const cancellationToken = Object.assign(new EventEmitter(), {
    cancel: () => download.reject(new Error('cancelled')),
  })
  const updater = Object.assign(new EventEmitter(), {
    autoDownload: false,
    autoInstallOnAppQuit: true,
    disableWebInstaller: false,
    logger: console as unknown as null,
    hasNewer: true,
    quits: [] as unknown[][],
    checkForUpdates: async () =>
      updater.hasNewer ? { cancellationToken, downloadPromise: download.promise } : null,
    quitAndInstall: (...given: unknown[]) => void updater.quits.push(given),
  })
  const load = async () => updater as unknown as Awaited<ReturnType<NonNullable<Load>>>
  return { updater, download, load }
}
type Load = Parameters<typeof downloadUpdate>[2]

describe('the installer of updates', () => {
  it('downloads the requested release, installs nothing by itself and writes no log', async () => {
    const { updater, download, load } = fakeUpdater()
    download.resolve(['/cache/Ferry.AppImage'])

    await downloadUpdate(never, noLogin, load)

    expect(updater).toMatchObject({
      autoDownload: true,
      autoInstallOnAppQuit: false,
      disableWebInstaller: true,
      logger: null,
      quits: [],
    })
  })

  it('stops the download when an upload begins', async () => {
    const { load } = fakeUpdater()
    const controller = new AbortController()
    const downloading = downloadUpdate(controller.signal, noLogin, load)

    controller.abort()

    await expect(downloading).rejects.toThrow()
  })

  it('fails when the feed has nothing newer', async () => {
    const { updater, load } = fakeUpdater()
    updater.hasNewer = false

    await expect(downloadUpdate(never, noLogin, load)).rejects.toThrow('no newer release')
  })

  it('asks no more questions, and starts Ferry afterwards', async () => {
    const { updater, load } = fakeUpdater()

    await installAndRestart(load)

    expect(updater.quits).toEqual([[true, true]])
  })
})
