import { type App, type BrowserWindow, dialog } from 'electron'
import type { CorePorts, Log, SecretVault, SettingsStore } from '../../core/ports.ts'
import type { ConnectionAuth } from '../protocols/net-store-http.ts'
import { ClientCertificates } from './client-certificates.ts'
import { askProxyPasswordInWindow } from './proxy-password-window.ts'
import { answerProxies, ProxyPasswords } from './proxy-passwords.ts'

export interface ConnectionAuthDeps {
  readonly app: App
  readonly settings: SettingsStore
  readonly vault: SecretVault
  readonly log: Log
  readonly currentWindow: () => BrowserWindow | null
}

/**
 * Answers proxies and servers that ask for authentication, for the requests of all sessions
 * (docs/decisions/0017-who-you-are-on-the-way.md).
 */
export function setUpConnectionAuth({
  app,
  settings,
  vault,
  log,
  currentWindow,
}: ConnectionAuthDeps) {
  const ask = askProxyPasswordInWindow(currentWindow)
  const passwords = new ProxyPasswords({ settings, vault, ask })
  const certificates = new ClientCertificates({ dialog, settings, currentWindow })
  answerProxies(app, passwords)
  certificates.listen(app)
  const onTheWay: ConnectionAuth = {
    proxyLogin: (proxy, refused) => passwords.answer(proxy, refused),
    certificateRefused: (host) => certificates.refused(host),
    failed: logOnce(log),
  }
  const forCore = {
    proxyPassword: passwords,
    userActed: () => {
      passwords.mayAskAgain()
      certificates.mayAskAgain()
    },
  } satisfies Partial<CorePorts>
  return { onTheWay, forCore }
}

/** Logs each network error once, because a dead network fails every request for hours. */
function logOnce(log: Log): (netError: string) => void {
  let last = ''
  return (netError) => {
    if (netError !== last) log.warn({ netError }, 'The network failed a request')
    last = netError
  }
}
