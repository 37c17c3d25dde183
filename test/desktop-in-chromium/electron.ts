// Stands in for the `electron` module: the tests' fakes, with a window that is a tab of a real
// Chromium and a default session whose handlers get real requests. README.md says what it proves.
import { createHash, X509Certificate } from 'node:crypto'
import { join } from 'node:path'
import type { AuthInfo } from 'electron'
import { SELF_SIGNED } from '../fakes/certificates.ts'
import type { Login } from '../fakes/electron/net-control.ts'
import type { ProxyServer } from '../fakes/electron/net-wire.ts'
import { ipcMain, netControl, safeStorage, session, shell } from '../fakes/electron.ts'
import { StandInApp } from './app.ts'
import { Chromium } from './cdp.ts'
import { applyPermissions } from './permissions.ts'
import { Traffic } from './traffic.ts'
import { PageWindow } from './window.ts'

export * from '../fakes/electron.ts'
export { PageWindow as BrowserWindow } from './window.ts'

export const app = new StandInApp()

const upstreamProxy = proxyAt(process.env.FERRY_STAND_IN_PROXY ?? '')
const authorities = [process.env.FERRY_STAND_IN_AUTHORITY ?? ''].filter((each) => each !== '')

// The main process's own requests use the same network as the page's.
netControl.app = app
netControl.proxy = upstreamProxy
netControl.authorities = authorities
// The computer's key store outlives the app.
app.whenPathsAreSet = () => safeStorage.keepIn(join(app.getPath('userData'), 'key-store.json'))

const currentPage = () => [...PageWindow.open][0]?.webContents

export const traffic = new Traffic(
  {
    schemes: session.defaultSession.schemes,
    isCancelled: (url) => session.defaultSession.isCancelled(url),
    receive: (details) => session.defaultSession.receive(details),
    mayNavigate: (url) => currentPage()?.navigates('will-navigate', url) ?? false,
    webContentsId: () => currentPage()?.id,
    askForLogin: (details, authInfo) => askApp(details, authInfo),
  },
  {
    upstreamProxy,
    authorities,
  },
)

let started: Promise<Chromium> | null = null

/** Emits the app's `login` event for a request of the page: shell/browser/login_handler.cc. */
function askApp(details: object, authInfo: AuthInfo): Promise<Login | null> {
  const { promise, resolve } = Promise.withResolvers<Login | null>()
  let isPrevented = false
  const event = {
    preventDefault: () => {
      isPrevented = true
    },
  }
  const answer = (username?: string, password?: string) =>
    resolve(username === undefined || password === undefined ? null : { username, password })
  app.emit('login', event, currentPage() ?? null, details, authInfo, answer)
  if (!isPrevented) resolve(null)
  return promise
}

/** One browser for all windows of this process, with the profile where Electron would store it. */
PageWindow.start = () => {
  started ??= startChromium()
  return started
}

async function startChromium(): Promise<Chromium> {
  const chromium = await Chromium.start({
    profile: app.getPath('sessionData'),
    proxy: await traffic.listen(),
    trustedKey: publicKeyHash(),
  })
  await chromium.send('Target.setDiscoverTargets', { discover: true })
  await applyPermissions(chromium, session.defaultSession)
  process.send?.({ kind: 'chromium', endpoint: chromium.endpoint, pid: chromium.process.pid })
  return chromium
}

app.whenExiting = async () => {
  await (await started)?.close()
}

function proxyAt(address: string): ProxyServer | null {
  const url = URL.parse(address)
  return url === null ? null : { host: url.hostname, port: Number(url.port) }
}

function publicKeyHash(): string {
  const { publicKey } = new X509Certificate(SELF_SIGNED.cert)
  const der = publicKey.export({ type: 'spki', format: 'der' })
  return createHash('sha256').update(der).digest('base64')
}

/** Electron's module is its own default export. */
const electron = { app, ipcMain, shell }

export { electron as default }
