import { homedir } from 'node:os'
import { join } from 'node:path'

/** Where the system wants an application's data. XDG: specifications.freedesktop.org/basedir. */
export function defaultDataFolder(
  platform: NodeJS.Platform = process.platform,
  env: NodeJS.ProcessEnv = process.env,
  home: string = homedir(),
): string {
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'Ferry')
  if (platform === 'win32') return join(env.APPDATA || join(home, 'AppData', 'Roaming'), 'Ferry')
  return join(env.XDG_DATA_HOME || join(home, '.local', 'share'), 'ferry')
}
