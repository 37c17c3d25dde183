import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import type { App } from 'electron'
import { makeDataFolder } from '../../core/host/data-folder.ts'
import { defaultFolder, type FolderEnvironment } from '../../core/host/default-folders.ts'
import type { Privacy } from '../../files/private-files.ts'

export interface LaunchOptions {
  /** An absolute path; null for the system's default location. */
  readonly dataFolder: string | null
  /** The origin of Vite's server; only set in an unpackaged app. */
  readonly devServer: string | null
}

/**
 * Reads `--data-dir DIR` (or `FERRY_DATA_DIR`) and `FERRY_DEV_SERVER`. All other arguments belong
 * to Electron and Chromium.
 */
export function readLaunchOptions(
  argv: readonly string[],
  env: NodeJS.ProcessEnv,
  isPackaged: boolean,
): LaunchOptions {
  const { values } = parseArgs({
    args: argv.slice(1),
    options: { 'data-dir': { type: 'string' } },
    strict: false,
    allowPositionals: true,
  })
  const asked = values['data-dir']
  const folder = typeof asked === 'string' && asked !== '' ? asked : env.FERRY_DATA_DIR
  return {
    dataFolder: folder ? resolve(folder) : null,
    devServer: isPackaged ? null : localOrigin(env.FERRY_DEV_SERVER),
  }
}

/** Only a server on this computer may get the bridge. */
function localOrigin(url: string | undefined): string | null {
  const parsed = url === undefined ? null : URL.parse(url)
  const isLocal = parsed?.hostname === '127.0.0.1' || parsed?.hostname === 'localhost'
  return parsed?.protocol === 'http:' && isLocal ? parsed.origin : null
}

export interface SettledFolder {
  readonly folder: string
  readonly privacy: Privacy
}

/**
 * Sets the folders of Ferry and Chromium before Electron is ready, because the single-instance lock
 * is in `userData` as well.
 *
 * @throws StartRefused when the folder cannot be created or written.
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
  // Keep Chromium's files apart from Ferry's own. They are not only a cache: on Windows, `Local
  // State` contains the key that encrypts the secrets
  // (os_crypt_async/browser/dpapi_key_provider.cc).
  app.setPath('sessionData', join(folder, 'chromium'))
  return { folder, privacy }
}

/**
 * Null to use Electron's default, which is in the roaming profile on Windows
 * (electronjs.org/docs/latest/api/app, appData).
 */
export function wantedFolder(asked: string | null, around: FolderEnvironment): string | null {
  if (asked !== null) return asked
  return around.platform === 'win32' ? defaultFolder('desktop', around).folder : null
}
