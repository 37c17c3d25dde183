import type { BrowserWindow } from 'electron'
import type { Core } from '../../core/create-core.ts'
import { bugFailure } from '../../core/dispatch.ts'
import type { CorePorts, Log } from '../../core/ports.ts'
import type { MenuDeps } from '../menu.ts'

export interface MenuActionDeps {
  readonly core: { readonly handlers: Pick<Core['handlers'], 'copyDiagnostics'> }
  readonly log: Log
  readonly notify: CorePorts['notify']
  readonly currentWindow: () => BrowserWindow | null
  /** Brings the window to the front; opens one on macOS, where Ferry lives on without. */
  readonly showWindow: () => void
}

/** The actions of the menu's own items, with a window or without one. */
export function menuActions(deps: MenuActionDeps): Pick<MenuDeps, 'choose' | 'copyDiagnostics'> {
  const { core, log, notify, currentWindow, showWindow } = deps
  return {
    choose: (item) => {
      const window = currentWindow()
      showWindow()
      // A page that has only begun to load hears nothing yet; the user sees the window, and goes on.
      if (window === null) return
      const tell = () => notify('menuChosen', { item })
      // Chromium opens a file chooser for a user's gesture only, which a notice does not carry.
      // docs/api/web-contents.md, executeJavaScript: `userGesture` removes the limitation.
      window.webContents.executeJavaScript('undefined', true).then(tell, tell)
    },
    copyDiagnostics: () => {
      // By the host itself: diagnostics are wanted most when the page does not answer.
      core.handlers
        .copyDiagnostics({})
        .then((answer) =>
          notify('diagnosticsCopied', { isCopied: answer.ok && answer.value.isCopied }),
        )
        .catch((error: unknown) => bugFailure(log, error, 'copyDiagnostics'))
    },
  }
}
