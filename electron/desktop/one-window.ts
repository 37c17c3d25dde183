import type { App, BrowserWindow } from 'electron'
import { focusWindow } from './window.ts'

export interface OneWindow {
  readonly current: () => BrowserWindow | null
  /** Opens it, or brings it to the front. */
  readonly show: () => void
  /** Opens it, once everything that it reaches is there, and answers the system from then on. */
  readonly start: () => void
}

/**
 * Ferry has one window: a second start brings it to the front. On macOS the app stays when it is
 * closed, as links to the bucket on this computer work as long as Ferry runs.
 */
export function keepOneWindow(
  app: App,
  platform: NodeJS.Platform,
  open: () => BrowserWindow,
): OneWindow {
  let window: BrowserWindow | null = null

  const show = () => {
    if (window !== null) return focusWindow(window)
    const opened = open()
    opened.on('closed', () => {
      window = null
    })
    window = opened
  }
  const start = () => {
    app.on('second-instance', show)
    app.on('activate', show)
    app.on('window-all-closed', () => {
      if (platform !== 'darwin') app.quit()
    })
    show()
  }
  return { current: () => window, show, start }
}
