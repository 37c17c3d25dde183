import { type BrowserWindow, clipboard, powerSaveBlocker, shell } from 'electron'
import type { HostShell } from '../core/ports.ts'
import { showProgress } from './progress.ts'
import type { Endpoints } from './security/endpoints.ts'

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
