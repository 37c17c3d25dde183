import type { App, BrowserWindow } from 'electron'
import { focusWindow } from './window.ts'

export interface OneWindow {
  readonly current: () => BrowserWindow | null
  /** Opens the window or brings it to the front; a closing window is opened again. */
  readonly show: () => void
  /** True when the app ends with its window or is already ending. */
  readonly isEnding: () => boolean
  /** The window was requested while it was closing and the app is about to end. */
  readonly isWantedAgain: () => boolean
  /**
   * Opens the window once everything it needs is ready, and handles the system's events from then
   * on.
   */
  readonly start: () => void
}

/**
 * Keeps one window: a second start brings it to the front. On macOS the app keeps running when the
 * window is closed, because links to the bucket on this computer work only while Ferry runs.
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
    // Listeners that ask before closing run first and may have prevented the close.
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
