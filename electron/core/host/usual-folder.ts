import { existsSync } from 'node:fs'
import { posix, win32 } from 'node:path'
import type { HostDescription } from '../../contract/commands/host.ts'
import type { Environment } from '../ports.ts'

type Host = HostDescription['host']

export interface Around {
  readonly platform: NodeJS.Platform
  readonly environment: Environment
  readonly home: string
  readonly exists?: (path: string) => boolean
}

export interface UsualFolder {
  readonly folder: string
  /** The folder of an older Ferry, which the other host goes on with; null: there is none. */
  readonly passedOver: string | null
}

/** The desktop's keeps the name of old; a name without a blank needs no quotes in a shell. */
const NAMES: Record<Host, string> = { desktop: 'Ferry', loopback: 'Ferry-browser' }

/** Every Ferry has made these in its data folder. */
const DATA = ['settings.json', 'records.sqlite']
/** Only Electron makes these, in every version. */
const TRACES_OF_DESKTOP = ['chromium', 'Local State', 'crashes']

/**
 * Where a host keeps its data unless somebody says otherwise. Each has a folder of its own, since
 * neither can read the secrets that the other keeps. On Windows that is below the local profile:
 * the roaming one is copied to a server at each log-off, or lies on one (learn.microsoft.com,
 * KNOWNFOLDERID). XDG: specifications.freedesktop.org/basedir.
 *
 * Older versions had one folder for both on Windows and macOS. It stays where it is and in use,
 * for the bucket's own file names whole paths in it. The desktop goes on with it, and takes the
 * browser's secrets over (`import-secrets.ts`). The browser's host does so only while Electron has
 * never run there; after that it begins a folder of its own, and says where the other one is.
 */
export function usualFolder(host: Host, around: Around): UsualFolder {
  const { exists = existsSync } = around
  const { own, older, join } = placesOf(host, around)
  const holdsData = (folder: string) => DATA.some((name) => exists(join(folder, name)))
  if (older === null || holdsData(own) || !holdsData(older)) {
    return { folder: own, passedOver: null }
  }
  const isDesktops = TRACES_OF_DESKTOP.some((name) => exists(join(older, name)))
  return host === 'loopback' && isDesktops
    ? { folder: own, passedOver: older }
    : { folder: older, passedOver: null }
}

function placesOf(host: Host, { platform, environment, home }: Around) {
  const name = NAMES[host]
  const { join } = platform === 'win32' ? win32 : posix
  if (platform === 'win32') {
    const local = environment.LOCALAPPDATA || join(home, 'AppData', 'Local')
    const roaming = environment.APPDATA || join(home, 'AppData', 'Roaming')
    return { join, own: join(local, name), older: join(roaming, 'Ferry') }
  }
  if (platform === 'darwin') {
    const support = join(home, 'Library', 'Application Support')
    return { join, own: join(support, name), older: join(support, 'Ferry') }
  }
  // The two have always been apart here; Electron's own place is ~/.config/Ferry.
  const { XDG_DATA_HOME, XDG_CONFIG_HOME } = environment
  const own =
    host === 'loopback'
      ? join(XDG_DATA_HOME || join(home, '.local', 'share'), 'ferry')
      : join(XDG_CONFIG_HOME || join(home, '.config'), name)
  return { join, own, older: null }
}
