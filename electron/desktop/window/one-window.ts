import type { App, BrowserWindow } from 'electron'
import { focusWindow } from './window.ts'

export interface OneWindow {
  readonly current: () => BrowserWindow | null
  /** Opens it, or brings it to the front; one that is just closing is opened again. */
  readonly show: () => void
  /** The app ends with its window, or is ending already. */
  readonly isEnding: () => boolean
  /** Somebody wanted the window while it was closing, and the app is about to end with it. */
  readonly isWantedAgain: () => boolean
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
  let isClosing = false
  let isQuitting = false
  let isWantedAgain = false

  const show = () => {
    if (isClosing || isQuitting) isWantedAgain = true
    else if (window !== null) focusWindow(window)
    else openAnew()
  }
  const openAnew = () => {
    const opened = open()
    // Listeners that ask before it closes come first: a close that they prevent is no closing.
    opened.on('close', ({ defaultPrevented }) => {
      isClosing = !defaultPrevented
    })
    opened.on('closed', () => {
      window = null
      isClosing = false
      if (!isWantedAgain || platform !== 'darwin' || isQuitting) return
      isWantedAgain = false
      show()
    })
    window = opened
  }
  const start = () => {
    app.on('second-instance', show)
    app.on('activate', show)
    app.on('will-quit', () => {
      isQuitting = true
    })
    app.on('window-all-closed', () => {
      if (platform !== 'darwin') app.quit()
    })
    show()
  }
  return {
    current: () => window,
    show,
    start,
    isEnding: () => isQuitting || (isClosing && platform !== 'darwin'),
    isWantedAgain: () => isWantedAgain,
  }
}
