import type { Clipboard, Shell } from 'electron'
import type { CorePorts, Log } from '../../core/ports.ts'

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
