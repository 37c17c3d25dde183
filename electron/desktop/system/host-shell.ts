import {
  type BrowserWindow,
  type Clipboard,
  clipboard,
  type PowerMonitor,
  type PowerSaveBlocker,
  powerSaveBlocker,
  type Shell,
  shell,
  type WebContents,
} from 'electron'
import type { ProgressPace } from '../../contract/commands/host.ts'
import type { CorePorts, HostShell, Log } from '../../core/ports.ts'
import type { Endpoints } from '../security/endpoints.ts'

export function desktopShell(
  endpoints: Endpoints,
  currentWindow: () => BrowserWindow | null,
  queueChanged: HostShell['queueChanged'],
): HostShell {
  return {
    copyText: async (text) => {
      try {
        await clipboard.writeText(text)
        return true
      } catch {
        // On Windows, another program may have the clipboard open; the page then tries itself.
        return false
      }
    },
    openFolder: async (path) => {
      try {
        // openPath resolves to an error text, which is empty on success.
        return (await shell.openPath(path)) === ''
      } catch {
        return false
      }
    },
    queueChanged,
    showProgress: showProgress(powerSaveBlocker, currentWindow),
    endpointsChanged: (origins) => {
      endpoints.replace(origins)
      // Find out which names lead into the local network before the page first asks.
      endpoints.findLocal().catch(() => undefined)
    },
  }
}

/** Removes the bar (BrowserWindow.setProgressBar). */
const NO_BAR = -1
const BAR_MODES = { moving: 'normal', paused: 'paused', stuck: 'error' } as const satisfies Record<
  ProgressPace,
  string
>

/**
 * Shows the total progress on the task bar or dock. During uploads the computer stays awake (the
 * screen may sleep) and a hidden window keeps its timers; both cost energy, so uploads that wait
 * for the user do not count.
 */
export function showProgress(
  powerSaveBlocker: PowerSaveBlocker,
  currentWindow: () => BrowserWindow | null,
): HostShell['showProgress'] {
  let blocker: number | null = null
  /**
   * Updated only on change, because each call goes to the page's process and progress is frequent.
   */
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
    // Electron throttles hidden windows by default.
    if ((throttled.get(window.webContents) ?? true) === !isBusy) return
    throttled.set(window.webContents, !isBusy)
    window.webContents.setBackgroundThrottling(!isBusy)
  }
}

/**
 * Notifies the page when the computer sleeps and wakes. The monitor cannot be used before Electron
 * is ready (electron/electron#21716). A locked screen does not count as sleep.
 */
export function notifySleep(powerMonitor: PowerMonitor, notify: CorePorts['notify']): void {
  powerMonitor.on('suspend', () => notify('powerChanged', { isAsleep: true }))
  powerMonitor.on('resume', () => notify('powerChanged', { isAsleep: false }))
}

/**
 * The longest URL that a system accepts. Windows stops at 2,081 characters (electron/electron#9987;
 * `INTERNET_MAX_URL_LENGTH`), which a link with a session token exceeds. Linux passes the URL to
 * `xdg-open` as one argument, and the kernel accepts 131,072 bytes including the final zero
 * (`MAX_ARG_STRLEN`, execve(2)). macOS documents no limit.
 */
const MAX_URL_LENGTH: Partial<Record<NodeJS.Platform, number>> = { win32: 2081, linux: 131_071 }

export interface OpenLinkDeps {
  readonly shell: Pick<Shell, 'openExternal'>
  readonly clipboard: Pick<Clipboard, 'writeText'>
  readonly platform: NodeJS.Platform
  readonly log: Log
  readonly notify: CorePorts['notify']
}

/**
 * Opens a link in the user's browser. If the system cannot open it, Ferry copies it and says so in
 * the window. Never rejects.
 */
export function openLink(deps: OpenLinkDeps): (url: string) => Promise<void> {
  const { shell, clipboard, platform, log, notify } = deps

  const copyInstead = async (url: string, reason: 'too-long' | 'refused') => {
    let isCopied = true
    try {
      await clipboard.writeText(url)
    } catch {
      // On Windows, another program may have the clipboard open; the window then says where the
      // link is.
      isCopied = false
    }
    notify('linkNotOpened', { reason, isCopied })
  }

  return async (url) => {
    // Chromium passes URLs percent-encoded, so one character is one byte.
    if (url.length > (MAX_URL_LENGTH[platform] ?? Number.POSITIVE_INFINITY)) {
      log.warn({ length: url.length }, 'A link is too long for this system to open')
      return copyInstead(url, 'too-long')
    }
    try {
      await shell.openExternal(url)
    } catch {
      // Electron's message only says "Failed to open" and might contain the URL.
      log.warn({}, 'The system did not open a link')
      await copyInstead(url, 'refused')
    }
  }
}
