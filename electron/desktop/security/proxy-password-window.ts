import { BrowserWindow } from 'electron'
import * as z from 'zod/mini'
import { visibleText } from '../../contract/plain-text.ts'
import type { AskForProxyPassword, ProxyQuestion } from './proxy-passwords.ts'

const Answer = z.nullable(
  z.strictObject({
    username: z.string().check(z.maxLength(1000)),
    password: z.string().check(z.maxLength(1000)),
    isToKeep: z.boolean(),
  }),
)

/**
 * Asks in a separate small window, because Electron has no dialog with a text field: the page never
 * sees the password. The window has no preload, its own session and nothing to load.
 */
export function askProxyPasswordInWindow(
  currentWindow: () => BrowserWindow | null,
): AskForProxyPassword {
  return async (question) => {
    const parent = currentWindow()
    if (parent === null) return 'nobody-there'
    // On macOS the dialog is a sheet of the window and would be hidden with it.
    if (!parent.isVisible()) parent.show()
    const window = openPasswordWindow(parent)
    const closed = new Promise<null>((resolve) => window.once('closed', () => resolve(null)))
    try {
      const realm = visibleText(question.realm, 80)
      await window.loadURL(dataUrl(proxyPasswordPage({ ...question, realm })))
      window.show()
      // When the window closes, this rejects or never settles.
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
      // In memory, because the name does not start with `persist:` (docs/api/session.md).
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

/** Colours copied from renderer/design/tokens.css, which this window cannot load. */
const STYLE = `
:root { color-scheme: light dark; --bg: light-dark(#fbfaf8, #16181a);
  --ink: light-dark(#1d2224, #e9ecec); --soft: light-dark(#596165, #a5afb2);
  --line: light-dark(#8a8f8f, #6f787b); --card: light-dark(#ffffff, #1f2325);
  --accent: light-dark(#0f6b78, #5cc3cf); --accent-ink: light-dark(#ffffff, #06262b);
  --bad: light-dark(#a8322a, #f2938b); }
* { box-sizing: border-box; }
body { margin: 0; padding: 20px 24px; background: var(--bg); color: var(--ink);
  font: 14px/1.45 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { margin: 0 0 4px; font-size: 16px; }
p { margin: 0 0 12px; color: var(--soft); }
p[role=alert] { color: var(--bad); }
label { display: block; margin: 0 0 10px; font-weight: 600; }
label.choice { font-weight: 400; }
input:not([type=checkbox]) { display: block; width: 100%; margin-top: 3px; padding: 7px 9px;
  border: 1px solid var(--line); border-radius: 6px; background: var(--card); color: inherit;
  font: inherit; font-weight: 400; }
div { display: flex; justify-content: flex-end; gap: 8px; margin-top: 14px; }
button { padding: 7px 14px; border: 1px solid var(--line); border-radius: 6px; background: none;
  color: inherit; font: inherit; }
button[type=submit] { border-color: var(--accent); background: var(--accent);
  color: var(--accent-ink); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
`

/** A separate document that loads nothing and contains no script. */
function proxyPasswordPage(question: ProxyQuestion): string {
  const { host, port, realm, username, isWrong, mayKeep } = question
  const place = escaped(`${host}:${port}`)
  const named = realm === '' ? '' : ` (${escaped(`“${realm}”`)})`
  const wrong = isWrong
    ? '<p role="alert">The proxy did not accept the last user name and password.</p>'
    : ''
  const keep = mayKeep
    ? '<label class="choice"><input id="keep" type="checkbox"> Keep the password in this computer’s key store</label>'
    : ''
  const focusOn = username === '' ? 'username' : 'password'
  const autofocus = (id: string) => (id === focusOn ? ' autofocus' : '')
  return `<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'">
<title>Proxy password – Ferry</title><style>${STYLE}</style></head><body>
<h1>The proxy asks for a password</h1>
<p>Your network’s proxy ${place}${named} wants a user name and password before Ferry may reach the store.</p>
${wrong}<form id="form">
<label>User name<input id="username" autocomplete="off" spellcheck="false" value="${escaped(username)}"${autofocus('username')}></label>
<label>Password<input id="password" type="password" autocomplete="off"${autofocus('password')}></label>
${keep}<div><button id="cancel" type="button">Cancel</button><button type="submit">Continue</button></div>
</form></body></html>`
}

/**
 * Runs in that document and settles when the user has answered: `executeJavaScript` returns the
 * value of its promise, so the window needs no preload and no channel (docs/api/web-contents.md).
 */
const READ_ANSWER = `new Promise((resolve) => {
  const field = (id) => document.getElementById(id)
  field('form').addEventListener('submit', (event) => {
    event.preventDefault()
    resolve({
      username: field('username').value,
      password: field('password').value,
      isToKeep: field('keep')?.checked === true,
    })
  })
  field('cancel').addEventListener('click', () => resolve(null))
  addEventListener('keydown', (event) => { if (event.key === 'Escape') resolve(null) })
})`

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
