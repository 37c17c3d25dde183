import type { BrowserWindow } from 'electron'
import type { Log } from '../../core/ports.ts'

const SHOW_WITHIN_MS = 3000
/** Chromium's `ERR_ABORTED`: another load took this one's place. */
const ABORTED = -3

/**
 * Shows a window once its page has painted, so that nothing flashes. On Wayland a hidden window may
 * never say `ready-to-show` (electron/electron#48859), so the first of that, the end of the load and
 * three seconds counts. A window that is gone by then stays gone.
 */
export function showWhenReady(window: BrowserWindow, log: Log, show: () => void): void {
  let isOver = false
  const end = () => {
    isOver = true
    clearTimeout(timer)
  }
  const showOnce = () => {
    if (isOver) return
    end()
    if (!window.isDestroyed()) show()
  }
  const timer = setTimeout(showOnce, SHOW_WITHIN_MS)
  window.once('ready-to-show', showOnce)
  window.once('closed', end)
  window.webContents.on('did-finish-load', showOnce)
  window.webContents.on(
    'did-fail-load',
    (_event, errorCode, errorDescription, _url, isMainFrame) => {
      if (!isMainFrame || errorCode === ABORTED) return
      log.error({ errorCode, errorDescription }, 'The page could not be loaded')
      showOnce()
    },
  )
}
