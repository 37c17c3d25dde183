import { join } from 'node:path'
import {
  type AboutPanelOptionsOptions,
  type App,
  type BrowserWindow,
  Menu,
  type MenuItemConstructorOptions,
  shell,
} from 'electron'
import type { MenuItemName } from '../../contract/notices.ts'
import type { Core } from '../../core/create-core.ts'
import { bugFailure } from '../../core/dispatch.ts'
import type { CorePorts, Log } from '../../core/ports.ts'
import { CHOOSE_FILES } from './opened-files.ts'

export interface MenuDeps {
  readonly platform: NodeJS.Platform
  readonly isPackaged: boolean
  readonly dataFolder: string
  /** Forwards a menu item to the page. */
  readonly choose: (item: MenuItemName) => void
  readonly copyDiagnostics: () => void
  /** The user's preferences, shown in the View menu. */
  readonly preferences: readonly MenuItemConstructorOptions[]
}

/**
 * Sets the menu by each system's conventions. Roles bring the usual shortcuts and labels; on macOS,
 * copy and paste work only through the Edit menu. The page's own shortcuts (Ctrl+1 to Ctrl+9) are
 * left out, so that nothing happens twice.
 */
export function setMenu(deps: MenuDeps): void {
  Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(deps)))
}

export function menuTemplate(deps: MenuDeps): MenuItemConstructorOptions[] {
  return deps.platform === 'darwin' ? macMenu(deps) : usualMenu(deps)
}

/** developer.apple.com/design/human-interface-guidelines/the-menu-bar */
function macMenu(deps: MenuDeps): MenuItemConstructorOptions[] {
  const { choose } = deps
  const app: MenuItemConstructorOptions[] = [
    { role: 'about' },
    SEPARATOR,
    { label: 'Destination Settings…', accelerator: 'Cmd+,', click: () => choose('settings') },
    SEPARATOR,
    { role: 'services' },
    SEPARATOR,
    { role: 'hide' },
    { role: 'hideOthers' },
    { role: 'unhide' },
    SEPARATOR,
    { role: 'quit' },
  ]
  return titled([
    { role: 'appMenu', submenu: app },
    { label: 'File', submenu: [...fileItems(deps), SEPARATOR, { role: 'close' }] },
    { role: 'editMenu' },
    { label: 'View', submenu: viewItems(deps) },
    { role: 'windowMenu' },
    { role: 'help', submenu: helpItems(deps) },
  ])
}

/** Windows and Linux: items about the app are in File and Help; Alt opens a menu. */
function usualMenu(deps: MenuDeps): MenuItemConstructorOptions[] {
  const file: MenuItemConstructorOptions[] = [
    ...fileItems(deps),
    SEPARATOR,
    {
      label: 'Destination settings…',
      accelerator: 'Ctrl+,',
      click: () => deps.choose('settings'),
    },
    SEPARATOR,
    { role: 'close' },
    { role: 'quit' },
  ]
  const help: MenuItemConstructorOptions[] = [...helpItems(deps), SEPARATOR, { role: 'about' }]
  return [
    { label: '&File', submenu: file },
    { label: '&Edit', role: 'editMenu' },
    { label: '&View', submenu: viewItems(deps) },
    { label: '&Help', role: 'help', submenu: help },
  ]
}

const SEPARATOR = { type: 'separator' } as const

function fileItems({ choose }: MenuDeps): MenuItemConstructorOptions[] {
  return [
    { label: 'Add files…', accelerator: 'CmdOrCtrl+O', click: () => choose('add-files') },
    { label: 'Add folder…', accelerator: 'CmdOrCtrl+Shift+O', click: () => choose('add-folder') },
    SEPARATOR,
    {
      label: 'New destination…',
      accelerator: 'CmdOrCtrl+N',
      click: () => choose('new-destination'),
    },
  ]
}

function viewItems({ isPackaged, preferences }: MenuDeps): MenuItemConstructorOptions[] {
  const view: MenuItemConstructorOptions[] = [
    { role: 'resetZoom' },
    { role: 'zoomIn' },
    // The role's own shortcut is Ctrl and +, which is Shift and = on many keyboards.
    {
      role: 'zoomIn',
      accelerator: 'CmdOrCtrl+=',
      visible: false,
      acceleratorWorksWhenHidden: true,
    },
    { role: 'zoomOut' },
    SEPARATOR,
    { role: 'togglefullscreen' },
    SEPARATOR,
    ...preferences,
  ]
  // Only developers need to reload during an upload.
  if (!isPackaged) view.push(SEPARATOR, { role: 'reload' }, { role: 'toggleDevTools' })
  return view
}

function helpItems({ dataFolder, copyDiagnostics }: MenuDeps): MenuItemConstructorOptions[] {
  return [
    { label: 'Copy diagnostics', click: copyDiagnostics },
    { label: 'Open log folder', click: () => openFolder(join(dataFolder, 'logs')) },
    { label: 'Open data folder', click: () => openFolder(dataFolder) },
  ]
}

/** openPath returns an error text, and a menu has nowhere to show it. */
function openFolder(path: string): void {
  shell.openPath(path).catch(() => undefined)
}

/** Capitalizes every word, as macOS does in menus. */
function titled(template: readonly MenuItemConstructorOptions[]): MenuItemConstructorOptions[] {
  return template.map((item) => ({
    ...item,
    ...(item.label === undefined
      ? {}
      : { label: item.label.replace(/(?<= )[a-z]/g, (letter) => letter.toUpperCase()) }),
    ...(Array.isArray(item.submenu) ? { submenu: titled(item.submenu) } : {}),
  }))
}

export interface MenuActionDeps {
  readonly core: { readonly handlers: Pick<Core['handlers'], 'copyDiagnostics'> }
  readonly log: Log
  readonly notify: CorePorts['notify']
  readonly currentWindow: () => BrowserWindow | null
  /** Brings the window to the front; opens one on macOS, where Ferry runs without a window. */
  readonly showWindow: () => void
}

/** The actions of Ferry's own menu items, with or without a window. */
export function menuActions(deps: MenuActionDeps): Pick<MenuDeps, 'choose' | 'copyDiagnostics'> {
  const { core, log, notify, currentWindow, showWindow } = deps
  return {
    choose: (item) => {
      const window = currentWindow()
      showWindow()
      // A page that is still loading receives nothing yet; the user sees the window and can
      // continue.
      if (window === null) return
      const tell = () => notify('menuChosen', { item })
      // Chromium opens a file chooser only for a user gesture, which a notice does not carry.
      // executeJavaScript with `userGesture` provides one (docs/api/web-contents.md).
      window.webContents.executeJavaScript('undefined', true).then(tell, tell)
    },
    copyDiagnostics: () => {
      // The host copies them itself: diagnostics matter most when the page does not respond.
      core.handlers
        .copyDiagnostics({})
        .then((answer) =>
          notify('diagnosticsCopied', { isCopied: answer.ok && answer.value.isCopied }),
        )
        .catch((error: unknown) => bugFailure(log, error, 'copyDiagnostics'))
    },
  }
}

export interface QuickActionDeps {
  readonly app: App
  readonly platform: NodeJS.Platform
  /** Null for the system's default location. */
  readonly askedDataFolder: string | null
  readonly program: string
  readonly show: () => void
  readonly chooseFiles: () => void
  /** Resolves to whether there was a link. */
  readonly copyLastLink: () => Promise<boolean>
}

/**
 * Actions of the app's icon without a window: the dock menu on macOS (docs/api/dock.md), and the
 * jump list's tasks on Windows (docs/api/app.md, `setUserTasks`), which start the app with an
 * argument. Linux would need them in the desktop file.
 */
export function offerQuickActions(deps: QuickActionDeps): void {
  const { app, platform } = deps
  if (platform === 'darwin') app.dock?.setMenu(dockMenu(deps))
  // For an app that runs from its sources, the tasks would start Electron without it.
  if (platform === 'win32' && app.isPackaged) app.setUserTasks([uploadTask(deps)])
}

function dockMenu({ show, chooseFiles, copyLastLink }: QuickActionDeps): Menu {
  return Menu.buildFromTemplate([
    { label: 'Choose Files…', click: chooseFiles },
    { label: 'Show Ferry', click: show },
    {
      label: 'Copy Last Link',
      // Without a link, showing the window is better than a menu item that does nothing.
      click: () => void copyLastLink().then((isCopied) => (isCopied ? undefined : show())),
    },
  ])
}

function uploadTask({ program, askedDataFolder }: QuickActionDeps): Electron.Task {
  const dataFolder = askedDataFolder === null ? '' : ` "--data-dir=${askedDataFolder}"`
  return {
    program,
    arguments: `--${CHOOSE_FILES}${dataFolder}`,
    iconPath: program,
    iconIndex: 0,
    title: 'Upload files…',
    description: 'Choose files and upload them to your bucket',
  }
}

export interface Versions {
  readonly ferry: string
  readonly electron: string
  readonly chrome: string
  readonly node: string
}

/**
 * The content of the About panel. Systems show different fields: Linux no credits, Windows and
 * Linux no second version (electronjs.org/docs/latest/api/app, setAboutPanelOptions).
 */
export function aboutPanel(
  { ferry, electron, chrome, node }: Versions,
  platform: NodeJS.Platform,
): AboutPanelOptionsOptions {
  const made = `Electron ${electron} · Chromium ${chrome} · Node.js ${node}`
  const common = { applicationName: 'Ferry', copyright: COPYRIGHT }
  switch (platform) {
    case 'darwin':
      return { ...common, applicationVersion: ferry, version: '', credits: made }
    case 'win32':
      return { ...common, applicationVersion: ferry, credits: made }
    default:
      return { ...common, applicationVersion: `${ferry}\n${made}`, authors: [AUTHORS] }
  }
}

const AUTHORS = 'The Ferry contributors'
const COPYRIGHT = 'Copyright © 2026 the Ferry contributors. MIT licence.'
