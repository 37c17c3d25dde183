import type { BrowserWindow } from 'electron'
import type { QueueState } from '../../core/ports.ts'
import { countOf } from './close-question.ts'
import type { FerryTray, TrayDeps } from './tray.ts'

export interface BackgroundDeps {
  readonly platform: NodeJS.Platform
  readonly queue: () => QueueState
  readonly show: () => void
  readonly quit: () => void
  readonly showTray: (deps: TrayDeps) => FerryTray | null
}

export interface Background {
  readonly start: (window: BrowserWindow) => void
  readonly queueChanged: () => void
}

/** Long enough to click the notification, which brings the window back. */
export const QUIT_AFTER_MS = 10_000

/**
 * Uploads go on in a hidden window, whose page stays as it is. Ferry ends by itself when nothing is
 * left to do there and nothing new needs the user; on macOS it stays in the dock, as an app does
 * whose windows are closed. Whatever shows the window ends the background.
 */
export function uploadInBackground(deps: BackgroundDeps): Background {
  const { platform, queue, show, quit } = deps
  const staysInDock = platform === 'darwin'
  let current: { tray: FerryTray | null; stuckBefore: number } | null = null
  let quitting: NodeJS.Timeout | undefined

  const update = () => {
    if (current === null) return
    const { movingCount, stuckCount, onlyHereCount } = queue()
    current.tray?.say(statusOf(queue()))
    const isDone = movingCount === 0 && onlyHereCount === 0 && stuckCount <= current.stuckBefore
    if (!isDone || staysInDock) {
      clearTimeout(quitting)
      quitting = undefined
    } else quitting ??= setTimeout(quit, QUIT_AFTER_MS)
  }
  const end = () => {
    clearTimeout(quitting)
    quitting = undefined
    current?.tray?.remove()
    current = null
  }
  const start = (window: BrowserWindow) => {
    if (current !== null) return
    window.once('show', end)
    window.once('closed', end)
    const tray = staysInDock ? null : deps.showTray({ show, quit })
    current = { tray, stuckBefore: queue().stuckCount }
    hide(window, platform)
    update()
  }
  return { start, queueChanged: update }
}

/** On macOS a full-screen window that hides leaves a black screen behind (electron/electron#39572). */
function hide(window: BrowserWindow, platform: NodeJS.Platform): void {
  if (platform === 'darwin' && window.isFullScreen()) {
    window.once('leave-full-screen', () => window.hide())
    window.setFullScreen(false)
  } else window.hide()
}

function statusOf({ fraction, movingCount, stuckCount }: QueueState): string {
  const needs = `${countOf(stuckCount, 'file needs', 'files need')} you`
  if (movingCount === 0) return stuckCount > 0 ? needs : 'Everything is uploaded'
  const percent = fraction === null ? '' : `, ${Math.floor(100 * fraction)} %`
  const uploading = `Uploading ${countOf(movingCount, 'file', 'files')}${percent}`
  return stuckCount > 0 ? `${uploading}, ${needs}` : uploading
}
