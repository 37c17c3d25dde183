import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fetchElectron } from './electron-download.ts'

const require = createRequire(import.meta.url)
/** Its main module downloads when it is imported, so only files below it are looked at. */
const packageFolder = dirname(require.resolve('electron/package.json'))

/** The program's path, or a clause that says why there is none. */
export type ElectronSearch =
  | { readonly kind: 'found'; readonly path: string }
  | { readonly kind: 'missing'; readonly why: string }

export function electronVersion(): string {
  const file = readFileSync(join(packageFolder, 'package.json'), 'utf8')
  return (JSON.parse(file) as { readonly version: string }).version
}

/** Looks at this computer only. `ELECTRON_OVERRIDE_DIST_PATH` is Electron's own variable. */
export function findElectron(env: NodeJS.ProcessEnv = process.env): ElectronSearch {
  const folder = env.ELECTRON_OVERRIDE_DIST_PATH
  if (folder) {
    const path = join(folder, programPath())
    if (existsSync(path)) return { kind: 'found', path }
    return {
      kind: 'missing',
      why: `ELECTRON_OVERRIDE_DIST_PATH names ${folder}, and there is no Electron in it`,
    }
  }
  const path = join(packageFolder, 'dist', programPath())
  if (existsSync(path) && installedVersion() === electronVersion()) return { kind: 'found', path }
  return { kind: 'missing', why: 'it is not downloaded yet' }
}

/** Downloads it when it is not here; gives up when nothing arrives for some seconds. */
export async function obtainElectron(say: (line: string) => void): Promise<ElectronSearch> {
  const found = findElectron()
  if (found.kind === 'found' || process.env.ELECTRON_OVERRIDE_DIST_PATH) return found
  const why = await fetchElectron({ packageFolder, version: electronVersion(), say })
  return why === null ? findElectron() : { kind: 'missing', why }
}

/** Inside Electron's folder; electron/install.js has the same table. */
function programPath(): string {
  if (process.platform === 'darwin') return 'Electron.app/Contents/MacOS/Electron'
  return process.platform === 'win32' ? 'electron.exe' : 'electron'
}

function installedVersion(): string | null {
  try {
    return readFileSync(join(packageFolder, 'dist', 'version'), 'utf8')
      .trim()
      .replace(/^v/, '')
  } catch {
    return null
  }
}
