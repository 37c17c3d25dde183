import { join } from 'node:path'
import {
  type AboutPanelOptionsOptions,
  type App,
  type BrowserWindow,
  Menu,
  type MenuItemConstructorOptions,
  shell,
} from 'electron'
import type { MenuItemName } from '../../contract/commands.ts'
import type { Core } from '../../core/create-core.ts'
import { bugFailure } from '../../core/dispatch.ts'
import type { CorePorts, Log } from '../../core/ports.ts'
import { CHOOSE_FILES } from './opened-files.ts'

export interface MenuDeps {
  readonly platform: NodeJS.Platform
  readonly isPackaged: boolean
  readonly dataFolder: string
  /** Performs an item that only the page can perform. */
  readonly choose: (item: MenuItemName) => void
  readonly copyDiagnostics: () => void
  /** The user's switches, shown below the View menu. */
  readonly preferences: readonly MenuItemConstructorOptions[]
}

/**
 * Sets the menu by each system's conventions. Roles bring the usual keys and words; macOS has copy
 * and paste from the Edit menu alone. Keys of the page's own (Ctrl+1 to Ctrl+9) are not here, so
 * that nothing happens twice.
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

/** Windows and Linux: what a program does about itself is below File and Help; Alt opens a menu. */
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
    // The role's own key is Ctrl and +, which is Shift and = on many keyboards.
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
  // A reload in the middle of an upload is only a developer's wish.
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

/** Answers with a text what went wrong; there is nothing to do about it in a menu. */
function openFolder(path: string): void {
  shell.openPath(path).catch(() => undefined)
}

/** As macOS writes its menus: every word with a capital. */
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
  /** Brings the window to the front; opens one on macOS, where Ferry lives on without. */
  readonly showWindow: () => void
}

/** The actions of the menu's own items, with a window or without one. */
export function menuActions(deps: MenuActionDeps): Pick<MenuDeps, 'choose' | 'copyDiagnostics'> {
  const { core, log, notify, currentWindow, showWindow } = deps
  return {
    choose: (item) => {
      const window = currentWindow()
      showWindow()
      // A page that has only begun to load hears nothing yet; the user sees the window, and goes on.
      if (window === null) return
      const tell = () => notify('menuChosen', { item })
      // Chromium opens a file chooser for a user's gesture only, which a notice does not carry.
      // docs/api/web-contents.md, executeJavaScript: `userGesture` removes the limitation.
      window.webContents.executeJavaScript('undefined', true).then(tell, tell)
    },
    copyDiagnostics: () => {
      // By the host itself: diagnostics are wanted most when the page does not answer.
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
  /** Null: the system's usual place. */
  readonly askedDataFolder: string | null
  /** The program that a shortcut starts. */
  readonly program: string
  readonly show: () => void
  readonly chooseFiles: () => void
  /** Answers whether there was one. */
  readonly copyLastLink: () => Promise<boolean>
}

/**
 * The actions that the app's icon offers without the window: the dock's menu on macOS (docs/api/dock.md), the
 * tasks of the jump list on Windows (docs/api/app.md, `setUserTasks`), which start the app with an
 * argument. On Linux the desktop file would have to say it.
 */
export function offerQuickActions(deps: QuickActionDeps): void {
  const { app, platform } = deps
  if (platform === 'darwin') app.dock?.setMenu(dockMenu(deps))
  // The tasks of an app that runs from its sources would start Electron without it.
  if (platform === 'win32' && app.isPackaged) app.setUserTasks([uploadTask(deps)])
}

function dockMenu({ show, chooseFiles, copyLastLink }: QuickActionDeps): Menu {
  return Menu.buildFromTemplate([
    { label: 'Choose Files…', click: chooseFiles },
    { label: 'Show Ferry', click: show },
    {
      label: 'Copy Last Link',
      // Where there is none the window says more than a menu that does nothing.
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
    description: 'Choose files, and upload them to your bucket',
  }
}

export interface Versions {
  readonly ferry: string
  readonly electron: string
  readonly chrome: string
  readonly node: string
}

/**
 * The content of the About panel. Each system shows other fields of it: Linux no credits, Windows and
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
