import { homedir } from 'node:os'
import { join } from 'node:path'
import type { App } from 'electron'
import { makeDataFolder } from '../core/host/data-folder.ts'
import { type Around, usualFolder } from '../core/host/usual-folder.ts'
import type { Privacy } from '../core/safe-path.ts'

export interface SettledFolder {
  readonly folder: string
  readonly privacy: Privacy
}

/**
 * Settles where Ferry and Chromium keep their things, before Electron is ready: the single-instance
 * lock, too, lives in `userData`.
 *
 * @throws StartRefused when the folder cannot be made or written.
 */
export function settleDataFolder(
  app: Pick<App, 'getPath' | 'setPath'>,
  asked: string | null,
): SettledFolder {
  const { platform, env: environment } = process
  const wanted = wantedFolder(asked, { platform, environment, home: homedir() })
  if (wanted !== null) app.setPath('userData', wanted)
  const folder = app.getPath('userData')
  const privacy = makeDataFolder(folder)
  // Chromium's files stay apart from Ferry's own. Not all of them are a cache: on Windows its
  // `Local State` holds the key that seals the secrets (os_crypt_async/browser/dpapi_key_provider.cc).
  app.setPath('sessionData', join(folder, 'chromium'))
  return { folder, privacy }
}

/**
 * Null where Electron's own choice is right. On Windows that is in the roaming profile
 * (electronjs.org/docs/latest/api/app, appData).
 */
export function wantedFolder(asked: string | null, around: Around): string | null {
  if (asked !== null) return asked
  return around.platform === 'win32' ? usualFolder('desktop', around).folder : null
}
