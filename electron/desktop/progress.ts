import type { BrowserWindow, PowerSaveBlocker, WebContents } from 'electron'
import type { ProgressPace } from '../contract/commands/host.ts'
import type { HostShell } from '../core/ports.ts'

/** Takes the bar away (BrowserWindow.setProgressBar). */
const NO_BAR = -1
const BAR_MODES = { moving: 'normal', paused: 'paused', stuck: 'error' } as const satisfies Record<
  ProgressPace,
  string
>

/**
 * Shows the total on the task bar or dock. While something goes on the computer stays awake (the
 * screen may sleep) and a hidden window keeps its timers; both cost energy, so only then. What
 * waits for the person goes on no sooner for a computer that is awake.
 */
export function showProgress(
  powerSaveBlocker: PowerSaveBlocker,
  currentWindow: () => BrowserWindow | null,
): HostShell['showProgress'] {
  let blocker: number | null = null
  /** Set on change only: each call goes to the page's process, and progress comes often. */
  const throttled = new WeakMap<WebContents, boolean>()

  return (fraction, pace) => {
    const isBusy = fraction !== null && pace === 'moving'
    if (isBusy && blocker === null) blocker = powerSaveBlocker.start('prevent-app-suspension')
    if (!isBusy && blocker !== null) {
      powerSaveBlocker.stop(blocker)
      blocker = null
    }
    const window = currentWindow()
    if (window === null || window.isDestroyed()) return
    window.setProgressBar(fraction ?? NO_BAR, { mode: BAR_MODES[pace] })
    // Electron throttles a hidden window unless it is told otherwise.
    if ((throttled.get(window.webContents) ?? true) === !isBusy) return
    throttled.set(window.webContents, !isBusy)
    window.webContents.setBackgroundThrottling(!isBusy)
  }
}
