import { resolve } from 'node:path'
import { parseArgs } from 'node:util'

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
