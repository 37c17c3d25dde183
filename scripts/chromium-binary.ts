import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, lstatSync, type Stats } from 'node:fs'
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { assertOwnedByUser, claimFolder } from '../electron/files/private-files.ts'
import { StartRefused } from '../electron/files/start-refused.ts'

export interface ChromiumBinary {
  readonly path: string
  /**
   * True for the copy from the npm package, which has no sandbox helper and needs these variables.
   */
  readonly isUnpacked: boolean
  readonly env: Readonly<Record<string, string>>
}

const INSTALLED: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  linux: [
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome-stable',
    '/usr/bin/google-chrome',
    '/opt/google/chrome/chrome',
    '/usr/bin/microsoft-edge-stable',
    '/usr/bin/microsoft-edge',
    '/snap/bin/chromium',
  ],
  darwin: [
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
  ],
  win32: ['PROGRAMFILES', 'PROGRAMFILES(X86)', 'LOCALAPPDATA'].flatMap((variable) => {
    const base = process.env[variable]
    if (base === undefined) return []
    return ['Google/Chrome', 'Chromium', 'Microsoft/Edge'].flatMap((vendor) =>
      ['chrome.exe', 'msedge.exe'].map((exe) => join(base, vendor, 'Application', exe)),
    )
  }),
}

/** Values that `FERRY_CHROMIUM` may have instead of a path. */
type ChromiumKind = 'installed' | 'packaged'

/**
 * Returns the browser in `FERRY_CHROMIUM`, otherwise an installed one, otherwise the one in the npm
 * package.
 */
export async function findChromium(): Promise<ChromiumBinary> {
  const named = process.env.FERRY_CHROMIUM ?? ''
  switch (named) {
    case '': {
      const found = installedChromium() ?? (await packagedChromium())
      if (found !== null) return found
      throw new Error('No Chromium found: install Chrome, Chromium or Edge, or set FERRY_CHROMIUM')
    }
    case 'installed': {
      const found = installedChromium()
      if (found !== null) return found
      throw new Error(
        'FERRY_CHROMIUM asks for an installed Chrome, Chromium or Edge: there is none',
      )
    }
    case 'packaged': {
      const found = await packagedChromium()
      if (found !== null) return found
      throw new Error('FERRY_CHROMIUM asks for the packaged Chromium, which is for Linux x64 only')
    }
    default:
      if (!existsSync(named)) throw new Error(`FERRY_CHROMIUM names ${named}, which is not there`)
      return { path: named, isUnpacked: false, env: {} }
  }
}

/**
 * The kind that `findChromium` does not choose here; null when this machine has only one browser.
 */
export async function otherChromium(): Promise<ChromiumKind | null> {
  const { isUnpacked } = await findChromium()
  if (isUnpacked) return installedChromium() === null ? null : 'installed'
  return hasPackaged() ? 'packaged' : null
}

function installedChromium(): ChromiumBinary | null {
  const installed = INSTALLED[process.platform]?.find((path) => existsSync(path))
  return installed === undefined ? null : { path: installed, isUnpacked: false, env: {} }
}

function hasPackaged(): boolean {
  return process.platform === 'linux' && process.arch === 'x64'
}

async function packagedChromium(): Promise<ChromiumBinary | null> {
  return hasPackaged() ? unpackedChromium() : null
}

/**
 * Unpacks 209 MB once per package version. The final rename makes concurrent runs safe. The folder
 * belongs to the user: in the system's temporary folder, another user could put their own program
 * there first.
 */
async function unpackedChromium(): Promise<ChromiumBinary> {
  const cache = cacheFolder()
  claimFolder(cache)
  const folder = join(cache, `chromium-${await packageVersion()}`)
  await removeForeign(folder)
  if (!existsSync(folder)) await unpackInto(folder)
  const path = join(folder, 'chromium')
  const env = {
    FONTCONFIG_FILE: join(folder, 'ferry-fonts.conf'),
    ...(lacksLibraries(path) ? { LD_LIBRARY_PATH: join(folder, 'al2023', 'lib') } : {}),
  }
  return { path, isUnpacked: true, env }
}

/** XDG: specifications.freedesktop.org/basedir, which ignores relative paths. */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env, home = homedir()): string {
  const base = env.XDG_CACHE_HOME ?? ''
  return join(isAbsolute(base) ? base : join(home, '.cache'), 'ferry-tests')
}

/** Deletes entries that other users could have changed, so that they are created again. */
export async function removeForeign(folder: string): Promise<void> {
  const stats = lstatSync(folder, { throwIfNoEntry: false })
  if (stats === undefined || (stats.isDirectory() && isOurs(folder, stats))) return
  await rm(folder, { recursive: true, force: true })
}

function isOurs(folder: string, stats: Stats): boolean {
  try {
    assertOwnedByUser(folder, stats)
    return true
  } catch (error) {
    if (error instanceof StartRefused) return false
    throw error
  }
}

async function packageVersion(): Promise<string> {
  const file = new URL('../node_modules/@sparticuz/chromium/package.json', import.meta.url)
  const { version } = JSON.parse(await readFile(file, 'utf8')) as { readonly version: string }
  return version
}

async function unpackInto(folder: string): Promise<void> {
  const staging = await mkdtemp(`${folder}.`)
  try {
    // The package unpacks into TMPDIR, so a separate process gets its own value.
    const unpacking = spawn(process.execPath, ['--input-type=module', '-e', UNPACK], {
      cwd: fileURLToPath(new URL('..', import.meta.url)),
      env: { ...process.env, TMPDIR: staging },
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    const [code] = await once(unpacking, 'exit')
    if (code !== 0) throw new Error(`Unpacking @sparticuz/chromium ended with ${code}`)
    await mkdir(join(staging, 'font-cache'))
    await writeFile(join(staging, 'ferry-fonts.conf'), fontsConfig(folder))
    await rename(staging, folder)
  } catch (error) {
    await rm(staging, { recursive: true, force: true })
    // Another process may have finished first; its copy is as good.
    if (!existsSync(join(folder, 'chromium'))) throw error
  }
}

const UNPACK = `
import chromium, { inflate } from '@sparticuz/chromium'
await chromium.executablePath()
await inflate('node_modules/@sparticuz/chromium/bin/al2023.tar.br')
`

function fontsConfig(folder: string): string {
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>/usr/share/fonts</dir>
  <dir>${xmlText(`${folder}/fonts/fonts`)}</dir>
  <cachedir>${xmlText(`${folder}/font-cache`)}</cachedir>
</fontconfig>
`
}

function xmlText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}

/** Whether this machine lacks NSS (a bare server) and needs the package's copy. */
function lacksLibraries(path: string): boolean {
  try {
    return execFileSync('ldd', [path], { encoding: 'utf8' }).includes('not found')
  } catch {
    // Without a working `ldd` (musl), the browser itself reports what is missing.
    return false
  }
}
