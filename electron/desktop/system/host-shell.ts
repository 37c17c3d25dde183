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

/** What the desktop can do for the core. */
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
        // Another program holds the clipboard (Windows); the page tries by itself.
        return false
      }
    },
    openFolder: async (path) => {
      try {
        // Answers an empty text, or why not.
        return (await shell.openPath(path)) === ''
      } catch {
        return false
      }
    },
    queueChanged,
    showProgress: showProgress(powerSaveBlocker, currentWindow),
    endpointsChanged: (origins) => {
      endpoints.replace(origins)
      // Learns which names lead into the local network before the page first asks.
      endpoints.findLocal().catch(() => undefined)
    },
  }
}

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

/**
 * Tells the page when the computer goes to sleep and wakes. Only once Electron is ready: before
 * that the monitor cannot be used (electron/electron#21716). A locked screen is no sleep.
 */
export function notifySleep(powerMonitor: PowerMonitor, notify: CorePorts['notify']): void {
  powerMonitor.on('suspend', () => notify('powerChanged', { isAsleep: true }))
  powerMonitor.on('resume', () => notify('powerChanged', { isAsleep: false }))
}

/**
 * The longest URL that a system takes. Windows stops at 2,081 characters (electron/electron#9987;
 * `INTERNET_MAX_URL_LENGTH`), which a link with a session token exceeds. Linux hands the URL to
 * `xdg-open` as one argument, and the kernel takes 131,072 bytes with the zero at its end
 * (`MAX_ARG_STRLEN`, execve(2)). macOS names no limit.
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
 * Opens a link in the user's browser. What the system does not open is copied instead, and the
 * window says so. Never rejects: nobody waits for it.
 */
export function openLink(deps: OpenLinkDeps): (url: string) => Promise<void> {
  const { shell, clipboard, platform, log, notify } = deps

  const copyInstead = async (url: string, reason: 'too-long' | 'refused') => {
    let isCopied = true
    try {
      await clipboard.writeText(url)
    } catch {
      // Another program holds the clipboard (Windows); the window says where the link is instead.
      isCopied = false
    }
    notify('linkNotOpened', { reason, isCopied })
  }

  return async (url) => {
    // Chromium hands URLs over percent-encoded, so a character is a byte.
    if (url.length > (MAX_URL_LENGTH[platform] ?? Number.POSITIVE_INFINITY)) {
      log.warn({ length: url.length }, 'A link is too long for this system to open')
      return copyInstead(url, 'too-long')
    }
    try {
      await shell.openExternal(url)
    } catch {
      // Electron's message says no more than "Failed to open", and might quote the URL.
      log.warn({}, 'The system did not open a link')
      await copyInstead(url, 'refused')
    }
  }
}
