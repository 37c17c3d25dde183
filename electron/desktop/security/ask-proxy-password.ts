import { BrowserWindow } from 'electron'
import * as z from 'zod/mini'
import { visibleText } from '../../contract/plain-text.ts'
import { proxyPasswordPage, READ_ANSWER } from './proxy-password-page.ts'
import type { AskForProxyPassword } from './proxy-passwords.ts'

const Answer = z.nullable(
  z.strictObject({
    username: z.string().check(z.maxLength(1000)),
    password: z.string().check(z.maxLength(1000)),
    isToKeep: z.boolean(),
  }),
)

/**
 * Asks in a small window of its own, since Electron has no dialog with a text field: the page never
 * sees what is typed. It has no preload, no session of the page's and nothing to load.
 */
export function askProxyPasswordInWindow(
  currentWindow: () => BrowserWindow | null,
): AskForProxyPassword {
  return async (question) => {
    const parent = currentWindow()
    if (parent === null) return 'nobody-there'
    // On macOS the question is a sheet of the window, which a hidden window would hide with it.
    if (!parent.isVisible()) parent.show()
    const window = openPasswordWindow(parent)
    const closed = new Promise<null>((resolve) => window.once('closed', () => resolve(null)))
    try {
      const realm = visibleText(question.realm, 80)
      await window.loadURL(dataUrl(proxyPasswordPage({ ...question, realm })))
      window.show()
      // A window that is closed settles what runs in it with an error, or never.
      const answered = window.webContents.executeJavaScript(READ_ANSWER).catch(() => null)
      const answer = Answer.parse(await Promise.race([answered, closed]))
      return answer === null || answer.username === '' ? 'declined' : answer
    } finally {
      if (!window.isDestroyed()) window.destroy()
    }
  }
}

function openPasswordWindow(parent: BrowserWindow): BrowserWindow {
  const window = new BrowserWindow({
    parent,
    modal: true,
    show: false,
    width: 460,
    height: 440,
    useContentSize: true,
    resizable: false,
    minimizable: false,
    maximizable: false,
    fullscreenable: false,
    autoHideMenuBar: true,
    title: 'Proxy password – Ferry',
    webPreferences: {
      // In memory, as its name has no `persist:` in front (docs/api/session.md).
      partition: 'proxy-password',
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webSecurity: true,
      spellcheck: false,
      devTools: false,
    },
  })
  return window
}

function dataUrl(html: string): string {
  return `data:text/html;charset=utf-8;base64,${Buffer.from(html).toString('base64')}`
}
