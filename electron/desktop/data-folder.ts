import { join } from 'node:path'
import type { App } from 'electron'
import { makeDataFolder } from '../core/host/data-folder.ts'

/**
 * Settles where Ferry and Chromium keep their things, before Electron is ready: the single-instance
 * lock, too, lives in `userData`.
 *
 * @throws StartRefused when the folder cannot be made or written.
 */
export function settleDataFolder(app: App, asked: string | null): string {
  if (asked !== null) app.setPath('userData', asked)
  const folder = app.getPath('userData')
  makeDataFolder(folder)
  // Chromium's files stay apart from Ferry's own. Not all of them are a cache: on Windows its
  // `Local State` holds the key that seals the secrets (os_crypt_async/browser/dpapi_key_provider.cc).
  app.setPath('sessionData', join(folder, 'chromium'))
  return folder
}
