import { Notification } from 'electron'
import type { Log } from '../../core/ports.ts'

export interface Message {
  readonly title: string
  readonly body: string
  /** A button, where the system has them; null: none. */
  readonly action: { readonly label: string; readonly act: () => void } | null
}

export type Notify = (message: Message) => void

/**
 * Shows notifications of the system, which holds them back by itself while the user does not want
 * to be disturbed. They make no sound. A click brings the window. macOS and Windows have buttons
 * (docs/api/structures/notification-action.md).
 */
export function systemNotifications(show: () => void, log: Log): Notify {
  // Kept while it is on the screen: what nobody refers to is collected, and its clicks are lost.
  const shown = new Set<Notification>()
  return ({ title, body, action }) => {
    if (!Notification.isSupported()) return
    const notification = new Notification({
      title,
      body,
      silent: true,
      actions: action === null ? [] : [{ type: 'button', text: action.label }],
    })
    const forget = () => shown.delete(notification)
    notification.on('click', () => {
      forget()
      show()
    })
    notification.on('action', () => {
      forget()
      action?.act()
    })
    notification.on('close', forget)
    notification.on('failed', (_event, error) => {
      forget()
      log.warn({ error }, 'The system showed no notification')
    })
    shown.add(notification)
    notification.show()
  }
}
