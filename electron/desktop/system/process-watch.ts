import type { App, BrowserWindow } from 'electron'
import type { Log } from '../../core/ports.ts'

/**
 * Logs what becomes of Chromium's helper processes: a graphics or network process that crashed is
 * started again by Chromium, and explains what the user saw. The page's own process: `crash.ts`.
 */
export function watchProcesses(app: App, log: Log): void {
  app.on('child-process-gone', (_event, { type, reason, exitCode, name, systemErrorCode }) => {
    if (reason === 'clean-exit') return
    log.warn({ type, reason, exitCode, name, systemErrorCode }, "One of Chromium's processes ended")
  })
}

/** Logs when the page stops answering, and for how long. Chromium waits; so does Ferry. */
export function watchAnswers(window: BrowserWindow, log: Log, now: () => number): void {
  let sinceMs: number | null = null
  window.webContents.on('unresponsive', () => {
    if (sinceMs !== null) return
    sinceMs = now()
    log.warn({}, 'The page does not answer')
  })
  window.webContents.on('responsive', () => {
    if (sinceMs === null) return
    log.warn({ afterMs: now() - sinceMs }, 'The page answers again')
    sinceMs = null
  })
}
