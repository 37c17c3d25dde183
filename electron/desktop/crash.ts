import { join } from 'node:path'
import type { BrowserWindow, Dialog } from 'electron'
import type { Log } from '../core/ports.ts'

export interface CrashDeps {
  readonly dialog: Dialog
  readonly log: Log
  readonly dataFolder: string
  readonly exit: (code: number) => void
}

/**
 * A bug in the main process ends the app, said and logged: what its state is nobody knows any more,
 * and uploads go on from the store's own list of parts at the next start.
 */
export function endOnBug({ dialog, log, dataFolder, exit }: CrashDeps): (error: unknown) => void {
  let isEnding = false
  return (error) => {
    if (isEnding) return
    isEnding = true
    log.error({ error }, 'Ferry has to close')
    dialog.showErrorBox(
      'Ferry has to close',
      `Something went wrong inside Ferry. Your uploads go on when you start it again. What happened is in the log, in ${join(dataFolder, 'logs')}.`,
    )
    exit(1)
  }
}

/** A page that dies again this soon would die for ever. */
const HEALTHY_AFTER_MS = 10_000

/** Loads the page anew when its process died (out of memory, a driver): the queue goes on from the records. */
export function reloadCrashedPage(
  window: BrowserWindow,
  log: Log,
  now: () => number,
  giveUp: (error: unknown) => void,
): void {
  let lastMs = Number.NEGATIVE_INFINITY
  window.webContents.on('render-process-gone', (_event, { reason, exitCode }) => {
    if (reason === 'clean-exit') return
    log.error({ reason, exitCode }, "The page's process ended")
    const isHopeless = now() - lastMs < HEALTHY_AFTER_MS
    lastMs = now()
    if (isHopeless) giveUp(new Error(`The page's process keeps ending: ${reason}`))
    else window.webContents.reload()
  })
}
