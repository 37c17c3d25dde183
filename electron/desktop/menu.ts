import { join } from 'node:path'
import { Menu, type MenuItemConstructorOptions, shell } from 'electron'
import type { MenuItemName } from '../contract/commands.ts'

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
