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
 * Loaded when the user installs a release, so that it does not slow down the start. Download and
 * installation share one updater, because the installation uses what was downloaded.
 */
function loadUpdater(): Promise<Updater> {
  loading ??= newUpdater()
  return loading
}

async function newUpdater(): Promise<Updater> {
  // electron-updater is CommonJS.
  const { default: updater } = await import('electron-updater')
  // electron-updater chooses by a file that the deb and rpm builds leave in the folder that all
  // three packages are made from (out/main.js, `package-type`), and Ferry only replaces AppImages.
  return process.platform === 'linux' ? new updater.AppImageUpdater() : updater.autoUpdater
}

/**
 * Downloads the newest release with the feed that the packager wrote into app-update.yml, and
 * verifies its checksum and, on Windows and macOS, its signature.
 */
export async function downloadUpdate(
  signal: AbortSignal,
  proxyLogin: ConnectionAuth['proxyLogin'],
  load: () => Promise<Updater> = loadUpdater,
): Promise<void> {
  const updater = await load()
  answerProxy(updater, proxyLogin)
  updater.autoDownload = true
  // Install only when the user presses the button, not when quitting.
  updater.autoInstallOnAppQuit = false
  updater.disableWebInstaller = true
  // The logger would write signed download addresses.
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

/** Without a listener, electron-updater never answers a proxy's challenge. */
function answerProxy(updater: Updater, proxyLogin: ConnectionAuth['proxyLogin']): void {
  let given: Awaited<ReturnType<ConnectionAuth['proxyLogin']>> = null
  updater.removeAllListeners('login')
  updater.on('login', (authInfo, callback) => {
    // electron-updater's type omits that calling back without arguments declines.
    const decline = callback as () => void
    proxyLogin(authInfo as AuthInfo, given).then((login) => {
      given = login
      if (login === null) decline()
      else callback(login.username, login.password)
    }, decline)
  })
}

export function installAndRestart(load: () => Promise<Updater> = loadUpdater): Promise<void> {
  // Silent, because the user has pressed the button already and the installer would ask again.
  return load().then((updater) => updater.quitAndInstall(true, true))
}
