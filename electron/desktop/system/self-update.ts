import type { AuthInfo } from 'electron'
import type { AppUpdater } from 'electron-updater'
import type { ConnectionAuth } from '../protocols/net-store-http.ts'

type Updater = Pick<
  AppUpdater,
  | 'autoDownload'
  | 'autoInstallOnAppQuit'
  | 'disableWebInstaller'
  | 'logger'
  | 'checkForUpdates'
  | 'on'
  | 'removeAllListeners'
  | 'quitAndInstall'
>

let loading: Promise<Updater> | null = null

/**
 * Loaded when the user wants a release, so that it costs nothing at a start. One for the download
 * and the installation, as the second goes by what the first has fetched.
 */
function loadUpdater(): Promise<Updater> {
  loading ??= newUpdater()
  return loading
}

async function newUpdater(): Promise<Updater> {
  // It is CommonJS.
  const { default: updater } = await import('electron-updater')
  // Its own choice goes by a file that the deb and the rpm leave in the folder that all three are
  // made from (out/main.js, `package-type`), and Ferry replaces itself as an AppImage only.
  return process.platform === 'linux' ? new updater.AppImageUpdater() : updater.autoUpdater
}

/**
 * Fetches the newest release by the feed that the packager wrote into app-update.yml, and verifies
 * its checksum and, on Windows and macOS, its signature.
 */
export async function downloadUpdate(
  signal: AbortSignal,
  proxyLogin: ConnectionAuth['proxyLogin'],
  load: () => Promise<Updater> = loadUpdater,
): Promise<void> {
  const updater = await load()
  answerProxy(updater, proxyLogin)
  updater.autoDownload = true
  // Only ever installed by the user's press; quitting is no agreement.
  updater.autoInstallOnAppQuit = false
  updater.disableWebInstaller = true
  // It would write the addresses of downloads, which are signed.
  updater.logger = null
  signal.throwIfAborted()
  const found = await updater.checkForUpdates()
  const { cancellationToken, downloadPromise } = found ?? {}
  if (!downloadPromise) throw new Error('The feed has no newer release')
  const cancel = () => cancellationToken?.cancel()
  signal.addEventListener('abort', cancel)
  if (signal.aborted) cancel()
  try {
    await downloadPromise
  } finally {
    signal.removeEventListener('abort', cancel)
  }
}

/** Without a listener electron-updater leaves a proxy's question open for ever. */
function answerProxy(updater: Updater, proxyLogin: ConnectionAuth['proxyLogin']): void {
  let given: Awaited<ReturnType<ConnectionAuth['proxyLogin']>> = null
  updater.removeAllListeners('login')
  updater.on('login', (authInfo, callback) => {
    // electron-updater's type forgets that Electron takes no answer for a no.
    const decline = callback as () => void
    proxyLogin(authInfo as AuthInfo, given).then((login) => {
      given = login
      if (login === null) decline()
      else callback(login.username, login.password)
    }, decline)
  })
}

export function installAndRestart(load: () => Promise<Updater> = loadUpdater): Promise<void> {
  // Silent: the user has pressed the button already, and the installer would ask it all again.
  return load().then((updater) => updater.quitAndInstall(true, true))
}
