import { join } from 'node:path'
import {
  app,
  clipboard,
  dialog,
  ipcMain,
  net,
  powerMonitor,
  type RelaunchOptions,
  safeStorage,
  session,
  shell,
} from 'electron'
import { APP_ORIGIN } from '../../contract/transport.ts'
import type { Core } from '../../core/create-core.ts'
import { inspectDataFolder } from '../../core/host/data-folder.ts'
import { bucketElsewhere, hostPlatform } from '../../core/host/default-folders.ts'
import type { FolderLock } from '../../core/host/folder-lock.ts'
import { openLog } from '../../core/host/log.ts'
import { writeReadme } from '../../core/host/readme-file.ts'
import { importingVault } from '../../core/host/secret-file.ts'
import { openSettings } from '../../core/host/settings-file.ts'
import type { CorePorts, Log, ReleaseFeed, SecretVault } from '../../core/ports.ts'
import { DeletionQueue } from '../../files/deletion-queue.ts'
import type { Privacy } from '../../files/private-files.ts'
import { serveApp } from '../protocols/app-protocol.ts'
import { notifyWindow, serveCommands } from '../protocols/ipc.ts'
import type { ConnectionAuth } from '../protocols/net-store-http.ts'
import { serveSources } from '../protocols/source-protocol.ts'
import { confirmInDialog } from '../security/confirm-dialog.ts'
import { setUpConnectionAuth } from '../security/connection-auth.ts'
import { guardNavigation } from '../security/navigation.ts'
import { setUpNetworkGuard } from '../security/network-guard.ts'
import { safeStorageVault } from '../security/safe-storage-vault.ts'
import { type DesktopIntegration, setUpDesktopIntegration } from '../system/desktop-integration.ts'
import { desktopShell, notifySleep, openLink } from '../system/host-shell.ts'
import { loginShell } from '../system/login-shell.ts'
import { aboutPanel, menuActions, offerQuickActions, setMenu } from '../system/menu.ts'
import { argumentsFor, chooseFiles, type OpenedFiles, queueOpened } from '../system/opened-files.ts'
import { openReleaseFeed } from '../system/release-feed.ts'
import { keepOneWindow, type OneWindow } from '../window/one-window.ts'
import { openWindow } from '../window/window.ts'
import { openWindowStore } from '../window/window-state.ts'
import {
  endOnBug,
  reloadCrashedPage,
  removeOldDumps,
  strayRejections,
  watchAnswers,
  watchProcesses,
} from './crashes.ts'
import type { ParentProcess } from './parent-process.ts'
import { closeBeforeQuit } from './quit.ts'

export interface AppDeps {
  readonly dataFolder: string
  /** True when the folder was given at the start, false for the system's default location. */
  readonly isDataFolderAsked: boolean
  /** Whether the folder's disk keeps other users out. */
  readonly privacy: Privacy
  /** Makes this process the folder's only host. */
  readonly lock: FolderLock
  /** The development server's origin; null for the built page. */
  readonly devServer: string | null
  /** The absolute path of the folder with `preload/` and `renderer/`. */
  readonly outFolder: string
  /** Files and folders that the system opens with the app. */
  readonly opened: OpenedFiles
  /** Is told when the window is open, and can close the app. */
  readonly starter: ParentProcess
}

/**
 * The desktop's own page needs no CORS rule; its Policies dialog shows the rule for the browser
 * host.
 */
const WINDOW_IN_A_BROWSER = 'http://*.localhost:47470'

/**
 * Starts the host once Electron is ready: restricts the page's network, starts the core and opens
 * the window.
 *
 * @throws StartRefused for problems that the user can fix.
 */
export async function startDesktop(deps: AppDeps): Promise<void> {
  const { dataFolder, devServer, outFolder, lock, starter } = deps
  const toDelete = new DeletionQueue(dataFolder)
  await toDelete.deleteQueued()
  void removeOldDumps(join(dataFolder, 'crashes'), toDelete)
  // Keys are never stored in plain text here: the system's key store encrypts them.
  const { isOpen, notices: folderTroubles } = await inspectDataFolder({
    ...{ folder: dataFolder, privacy: deps.privacy, platform: process.platform },
    environment: process.env,
  })
  const log = openLog(dataFolder)
  await writeReadme(dataFolder, {
    host: 'desktop',
    isOpen,
    platform: hostPlatform(process.platform),
    ...bucketElsewhere({ dataFolder, environment: process.env, platform: process.platform }),
  })
  const { die, reportStrayTo } = watchForBugs(log, deps)
  const { electron, chrome, node } = process.versions
  log.info({ version: app.getVersion(), electron, chrome, node }, 'Ferry starts')
  watchProcesses(app, log)

  const pageOrigin = devServer ?? APP_ORIGIN
  const { settings, notices } = await openSettings(dataFolder, Date.now())
  const windowStore = openWindowStore({ dataFolder, settings, log })
  const window = keepOneWindow(app, process.platform, () => {
    const opened = openWindow({
      store: windowStore,
      log,
      preload: join(outFolder, 'preload', 'index.cjs'),
      pageUrl: `${pageOrigin}/`,
      onShown: starter.ready,
    })
    reloadCrashedPage(opened, log, Date.now, die)
    watchAnswers(opened, log, Date.now)
    beside.watch(opened)
    // Nothing is sent without the page, so the computer may sleep.
    opened.on('closed', () => hostShell.showProgress(null, 'paused'))
    return opened
  })
  const beside = setUpDesktopIntegration({
    app,
    powerMonitor,
    starter,
    settings,
    log,
    platform: process.platform,
    currentWindow: window.current,
    show: window.show,
    core: () => core,
    now: Date.now,
  })
  const system = safeStorageVault({ safeStorage, platform: process.platform })
  const vault = await importingVault(system, dataFolder, Date.now())
  const way = setUpConnectionAuth({ app, settings, vault, log, currentWindow: window.current })
  const network = setUpNetworkGuard({
    ...{ pageOrigin, devServer, currentWindow: window.current, onTheWay: way.onTheWay },
  })
  const hostShell = desktopShell(network.endpoints, window.current, beside.queueChanged)
  const notify = notifyWindow(window.current)
  const core = await startCore({
    ...thisComputer(vault),
    ...way.forCore,
    dataFolder,
    settings,
    log,
    hostShell,
    storeHttp: network.storeHttp,
    releases: releasesFor(join(outFolder, '..'), way.onTheWay),
    environment: process.env,
    ...shellFor(log),
    pageOrigin: () => pageOrigin,
    confirm: confirmInDialog(dialog, window.current),
    corsOrigin: () => WINDOW_IN_A_BROWSER,
    notify,
    earlyTroubles: [...folderTroubles, ...notices],
  })
  reportStrayTo(core.noteUnexpectedError)
  notifySleep(powerMonitor, notify)
  closeBeforeQuit(app, core, lock, () => startAgain(deps, window))
  const open = openLink({ shell, clipboard, platform: process.platform, log, notify })
  guardNavigation(app, { pageOrigin, mayOpen: core.mayOpen, open })
  serve(core, log, window, deps, pageOrigin)
  const actions = menuActions({
    ...{ core, log, notify, currentWindow: window.current, showWindow: window.show },
  })
  showMenu(deps, beside, actions)
  window.start()
  queueOpened({ core, window, opened: deps.opened })
  offerQuickActions({
    app,
    platform: process.platform,
    askedDataFolder: deps.isDataFolderAsked ? dataFolder : null,
    program: process.execPath,
    show: window.show,
    chooseFiles: () => {
      window.show()
      void chooseFiles(core, window.current())
    },
    copyLastLink: core.copyLatestLink,
  })
}

/** Starts the app again for a launch that came while this one was closing. */
function startAgain(
  { dataFolder, isDataFolderAsked, opened }: AppDeps,
  window: OneWindow,
): RelaunchOptions | null {
  const rest = opened.rest()
  if (!window.isWantedAgain() && rest.paths.length === 0) return null
  const args = argumentsFor(isDataFolderAsked ? dataFolder : null, rest)
  // An AppImage stays mounted only while its process runs (docs.appimage.org, environment
  // variables).
  const { APPIMAGE } = process.env
  return APPIMAGE === undefined ? { args } : { args, execPath: APPIMAGE }
}

function watchForBugs(log: Log, { dataFolder, outFolder: ownFolder, starter }: AppDeps) {
  // A dialog has shown the error, so the starting program must not open a browser instead.
  const exit = (code: number) => void starter.leaving().then(() => app.exit(code))
  const die = endOnBug({ dialog, log, dataFolder, exit })
  process.on('uncaughtException', die)
  const { judge, reportTo } = strayRejections({ ownFolder, log, die })
  process.on('unhandledRejection', judge)
  return { die, reportStrayTo: reportTo }
}

function thisComputer(vault: SecretVault) {
  return {
    description: {
      host: 'desktop',
      version: app.getVersion(),
      platform: hostPlatform(process.platform),
    },
    vault,
    now: Date.now,
    isCorsHandled: true,
  } satisfies Partial<CorePorts>
}

function shellFor(log: Log): Pick<CorePorts, 'readShell'> {
  const readShell = loginShell({ platform: process.platform, environment: process.env, log })
  return readShell === undefined ? {} : { readShell }
}

function releasesFor(appFolder: string, { proxyLogin }: ConnectionAuth): ReleaseFeed | null {
  return openReleaseFeed(appFolder, {
    net,
    session: () => session.fromPartition('releases', { cache: false }),
    isPackaged: app.isPackaged,
    platform: process.platform,
    environment: process.env,
    proxyLogin,
  })
}

/** Registers everything that the window can reach, before the window opens. */
function serve(
  core: Core,
  log: Log,
  window: OneWindow,
  { outFolder }: AppDeps,
  pageOrigin: string,
): void {
  serveApp(session.defaultSession, join(outFolder, 'renderer'), core.storeOrigins)
  serveSources(session.defaultSession, core.sourcePath, pageOrigin)
  serveCommands({ ipcMain, core, log, currentWindow: window.current, pageOrigin })
  const { electron = '', chrome = '', node } = process.versions
  const versions = { ferry: app.getVersion(), electron, chrome, node }
  app.setAboutPanelOptions(aboutPanel(versions, process.platform))
}

/** Called again whenever a preference changes, because the menu shows preferences. */
function showMenu(
  { dataFolder }: AppDeps,
  { preferences }: DesktopIntegration,
  actions: ReturnType<typeof menuActions>,
): void {
  const set = () =>
    setMenu({
      ...{ platform: process.platform, isPackaged: app.isPackaged, dataFolder },
      ...actions,
      preferences: preferences.menuItems(),
    })
  preferences.onChanged(set)
  set()
}

/** Loaded late because it needs `node:sqlite`; a missing module has been reported by then. */
async function startCore(ports: CorePorts): Promise<Core> {
  const { createCore } = await import('../../core/create-core.ts')
  return createCore(ports)
}
