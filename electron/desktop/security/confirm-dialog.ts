import type { BrowserWindow, Dialog } from 'electron'
import type { Confirm } from '../../core/confirm/confirmation.ts'
import { confirmationWords } from '../../core/confirm/confirmation-words.ts'

/** A page that asks for more at once is no user's. */
const MAX_WAITING = 8

/**
 * Asks in a dialog of the system's, which no script of the page can reach. Return and Escape both
 * refuse (electronjs.org/docs/latest/api/dialog, `defaultId` and `cancelId`), so that a key that was
 * on its way to the page allows nothing; `noLink` keeps the buttons buttons on Windows.
 */
export function confirmInDialog(
  dialog: Pick<Dialog, 'showMessageBox'>,
  currentWindow: () => BrowserWindow | null,
): Confirm {
  let last: Promise<unknown> = Promise.resolve()
  let waitingCount = 0

  const ask = async (confirmation: Parameters<Confirm>[0]) => {
    const window = currentWindow()
    // Without a window there is no page, and whoever it was for is gone.
    if (window === null) return 'refused'
    // In the background it is hidden, and on macOS a question of its own would be hidden with it.
    if (!window.isVisible()) window.show()
    const { question, details, allow, refuse } = confirmationWords(confirmation)
    const { response } = await dialog.showMessageBox(window, {
      type: 'question',
      title: 'Ferry',
      message: question,
      detail: details.join('\n'),
      buttons: [refuse, allow],
      defaultId: 0,
      cancelId: 0,
      noLink: true,
    })
    return response === 1 ? 'confirmed' : 'refused'
  }

  return (confirmation) => {
    if (waitingCount >= MAX_WAITING) return Promise.resolve('refused')
    waitingCount += 1
    // One at a time: nobody reads a pile of dialogs.
    const asked = last
      .then(() => ask(confirmation))
      .finally(() => {
        waitingCount -= 1
      })
    last = asked.catch(() => undefined)
    return asked
  }
}
