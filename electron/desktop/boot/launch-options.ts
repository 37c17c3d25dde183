import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import type { App } from 'electron'
import { makeDataFolder } from '../../core/host/data-folder.ts'
import { type Around, usualFolder } from '../../core/host/usual-folder.ts'
import type { Privacy } from '../../core/safe-path.ts'

export interface LaunchOptions {
  /** Absolute; null: the system's usual place. */
  readonly dataFolder: string | null
  /** The origin of Vite's server, in an unpackaged app only. */
  readonly devServer: string | null
}

/**
 * Reads `--data-dir DIR` (or `FERRY_DATA_DIR`) and `FERRY_DEV_SERVER`. Everything else on the line
 * is Electron's and Chromium's.
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

/** A development server runs on this computer; anything else would be handed the bridge. */
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
