import type { BrowserWindow, Dialog } from 'electron'
import { type Confirm, confirmationWords } from '../../core/credentials/confirmation.ts'

/** A user never causes this many questions at once. */
const MAX_WAITING = 8

/**
 * Asks in a system dialog, which no script of the page can reach. Return and Escape both refuse
 * (electronjs.org/docs/latest/api/dialog, `defaultId` and `cancelId`), so that a key meant for the
 * page allows nothing; `noLink` keeps the buttons as buttons on Windows.
 */
export function confirmInDialog(
  dialog: Pick<Dialog, 'showMessageBox'>,
  currentWindow: () => BrowserWindow | null,
): Confirm {
  let last: Promise<unknown> = Promise.resolve()
  let waitingCount = 0

  const ask = async (confirmation: Parameters<Confirm>[0]) => {
    const window = currentWindow()
    // Without a window, the page that asked no longer exists.
    if (window === null) return 'refused'
    // A background window is hidden, and on macOS its dialog would be hidden with it.
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
    // Show one dialog at a time.
    const asked = last
      .then(() => ask(confirmation))
      .finally(() => {
        waitingCount -= 1
      })
    last = asked.catch(() => undefined)
    return asked
  }
}
