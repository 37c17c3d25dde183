import { type BrowserWindow, Menu, nativeImage, Tray } from 'electron'
import icon from '../../../build/icons/16x16.png?inline'
import icon2x from '../../../build/icons/32x32.png?inline'
import type { QueueState } from '../../core/ports.ts'
import { countOf } from './closing.ts'

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

/** Long enough to click the notification, which reopens the window. */
export const QUIT_AFTER_MS = 10_000

/**
 * Uploads continue in a hidden window with its page. Ferry quits when nothing is left to do and
 * nothing new needs the user; on macOS it stays in the dock, as apps without windows do. Showing
 * the window ends background mode.
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

/** On macOS, hiding a full-screen window leaves a black screen (electron/electron#39572). */
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

export interface TrayDeps {
  readonly show: () => void
  readonly quit: () => void
}

export interface FerryTray {
  /** Shows the progress of the uploads in one line. */
  readonly say: (status: string) => void
  readonly remove: () => void
}

/**
 * Ferry's icon in the system tray while no window is open. Null when the system has no tray, as
 * GNOME without an extension; a second start or a notification then reopens the window.
 */
export function showTray({ show, quit }: TrayDeps): FerryTray | null {
  const image = nativeImage.createFromDataURL(icon)
  image.addRepresentation({ scaleFactor: 2, dataURL: icon2x })
  const tray = trayOf(image)
  if (tray === null) return null
  // On Linux only some desktops emit a click; the menu opens there (docs/api/tray.md).
  tray.on('click', show)
  return {
    say: (status) => {
      tray.setToolTip(`Ferry: ${status}`)
      // Linux shows a changed menu only after it is set again (docs/api/tray.md).
      tray.setContextMenu(
        Menu.buildFromTemplate([
          { label: status, enabled: false },
          { type: 'separator' },
          { label: 'Show Ferry', click: show },
          { label: 'Quit Ferry', click: quit },
        ]),
      )
    },
    remove: () => tray.destroy(),
  }
}

function trayOf(image: Electron.NativeImage): Tray | null {
  try {
    return new Tray(image)
  } catch {
    return null
  }
}
