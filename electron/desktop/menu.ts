import { join } from 'node:path'
import { Menu, type MenuItemConstructorOptions, shell } from 'electron'

export interface MenuParts {
  readonly platform: NodeJS.Platform
  readonly isPackaged: boolean
  readonly dataFolder: string
}

/** Roles bring the usual keys; macOS has copy and paste from the Edit menu alone. */
export function setMenu(parts: MenuParts): void {
  Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(parts)))
}

export function menuTemplate({ platform, isPackaged, dataFolder }: MenuParts) {
  const isMac = platform === 'darwin'
  const view: MenuItemConstructorOptions[] = [
    { role: 'resetZoom' },
    { role: 'zoomIn' },
    { role: 'zoomOut' },
    { type: 'separator' },
    { role: 'togglefullscreen' },
  ]
  // A reload in the middle of an upload is only a developer's wish.
  const inspect: MenuItemConstructorOptions[] = [
    { type: 'separator' },
    { role: 'reload' },
    { role: 'toggleDevTools' },
  ]
  const help: MenuItemConstructorOptions[] = [
    { label: 'Open log folder', click: () => void shell.openPath(join(dataFolder, 'logs')) },
    { label: 'Open data folder', click: () => void shell.openPath(dataFolder) },
  ]
  if (!isMac) help.push({ type: 'separator' }, { role: 'about' })
  const template: MenuItemConstructorOptions[] = [
    ...(isMac ? [{ role: 'appMenu' } as const] : []),
    { role: 'fileMenu' },
    { role: 'editMenu' },
    { label: 'View', submenu: isPackaged ? view : [...view, ...inspect] },
    { role: 'windowMenu' },
    { role: 'help', submenu: help },
  ]
  return template
}
