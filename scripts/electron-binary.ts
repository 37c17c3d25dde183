import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { setGlobalProxyFromEnv } from 'node:http'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { isUnknownAuthority } from '../electron/core/s3/http/node-http.ts'
import { systemAuthorities } from '../electron/loopback/network/node-network.ts'

const require = createRequire(import.meta.url)
/** Importing its main module downloads Electron, so only files inside the package are read. */
const packageFolder = dirname(require.resolve('electron/package.json'))

/** The program's path, or a clause that explains why there is none. */
export type ElectronSearch =
  | { readonly kind: 'found'; readonly path: string }
  | { readonly kind: 'missing'; readonly why: string }

export function electronVersion(): string {
  const file = readFileSync(join(packageFolder, 'package.json'), 'utf8')
  return (JSON.parse(file) as { readonly version: string }).version
}

/** Looks only on this computer. `ELECTRON_OVERRIDE_DIST_PATH` is Electron's own variable. */
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
  return { kind: 'missing', why: 'it has not been downloaded yet' }
}

/** Downloads Electron if it is missing; gives up when nothing arrives for some seconds. */
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

/** Long enough to recognise a network that drops packets; a slow one has sent something by then. */
const SILENCE_MS = 7_000
const MIB = 1024 * 1024
const SAY_EVERY_BYTES = 32 * MIB

interface Progress {
  readonly transferred: number
  readonly total: number | null
}

/** The used part of `@electron/get`, Electron's own downloader. */
interface ElectronGet {
  readonly downloadArtifact: (details: {
    readonly version: string
    readonly artifactName: 'electron'
    readonly checksums: Readonly<Record<string, string>>
    readonly downloadOptions: {
      readonly quiet: true
      readonly signal: AbortSignal
      readonly getProgressCallback: (progress: Progress) => Promise<void>
    }
  }) => Promise<string>
}

interface FetchSettings {
  readonly packageFolder: string
  readonly version: string
  readonly say: (line: string) => void
}

/**
 * Downloads Electron as its install.js would, but gives up when nothing arrives, where that script
 * would wait for minutes. The zip is stored in Electron's cache, from which install.js unpacks it.
 *
 * @returns null on success, else a clause that explains why not.
 */
async function fetchElectron(settings: FetchSettings): Promise<string | null> {
  const silence = watchForSilence()
  try {
    // Node's fetch uses HTTPS_PROXY only when asked to.
    setGlobalProxyFromEnv()
    await downloadTrustingSystem(settings, silence)
  } catch (error) {
    return reasonOf(error, silence.signal)
  } finally {
    silence.end()
  }
  return unpack(settings.packageFolder)
}

/** A mirror's certificate may come from an authority that only the system trusts. */
async function downloadTrustingSystem(settings: FetchSettings, silence: SilenceWatch) {
  const sinceMs = performance.now()
  try {
    await downloadArtifact(settings, silence)
  } catch (error) {
    const cause = error instanceof Error ? (error.cause ?? error) : error
    if (!isUnknownAuthority(cause)) throw error
    const trustSystem = systemAuthorities({ log: { info: () => undefined, warn: () => undefined } })
    // A Mac that takes long to list its certificates does not count as a silent network.
    const isWorthAnother = await silence.whileHeard(trustSystem(sinceMs))
    if (!isWorthAnother) throw error
    await downloadArtifact(settings, silence)
  }
}

async function downloadArtifact(settings: FetchSettings, silence: SilenceWatch): Promise<void> {
  const require = createRequire(join(settings.packageFolder, 'package.json'))
  const { downloadArtifact } = require('@electron/get') as ElectronGet
  let saidAt = 0
  await downloadArtifact({
    version: settings.version,
    artifactName: 'electron',
    checksums: JSON.parse(readFileSync(join(settings.packageFolder, 'checksums.json'), 'utf8')),
    downloadOptions: {
      quiet: true,
      signal: silence.signal,
      getProgressCallback: async ({ transferred, total }) => {
        silence.heard()
        if (saidAt > 0 && transferred < saidAt + SAY_EVERY_BYTES) return
        saidAt = transferred
        const ofAll = total === null ? '' : ` of ${Math.round(total / MIB)} MB`
        settings.say(`Downloading Electron, once: ${Math.round(transferred / MIB)} MB${ofAll}.`)
      },
    },
  })
}

interface SilenceWatch {
  readonly signal: AbortSignal
  readonly heard: () => void
  /** Pauses the timeout until the work is done. */
  readonly whileHeard: <T>(work: Promise<T>) => Promise<T>
  readonly end: () => void
}

function watchForSilence(): SilenceWatch {
  const stop = new AbortController()
  const timer = setTimeout(() => stop.abort(), SILENCE_MS)
  const heard = () => timer.refresh()
  return {
    signal: stop.signal,
    heard,
    whileHeard: async (work) => {
      const hearing = setInterval(heard, SILENCE_MS / 2)
      try {
        return await work
      } finally {
        clearInterval(hearing)
      }
    },
    end: () => clearTimeout(timer),
  }
}

async function unpack(packageFolder: string): Promise<string | null> {
  const install = spawn(process.execPath, [join(packageFolder, 'install.js')], { stdio: 'ignore' })
  const [code] = await once(install, 'exit')
  return code === 0 ? null : 'it could not be unpacked'
}

function reasonOf(error: unknown, silence: AbortSignal): string {
  // A mirror's address may contain a password, so only its host is shown.
  const from = URL.parse(process.env.ELECTRON_MIRROR ?? '')?.host ?? 'github.com'
  if (silence.aborted) {
    return `nothing came from ${from} within ${SILENCE_MS / 1000} seconds`
  }
  return `it could not be downloaded from ${from} (${detailOf(error)})`
}

/** fetch() hides the reason in `cause`. An address in it may contain a password. */
function detailOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown reason'
  const cause: unknown = error.cause ?? error
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
  if (typeof code === 'string') return code
  const [firstLine = ''] = (cause instanceof Error ? cause.message : error.message).split('\n')
  return firstLine.replaceAll(/\S+:\/\/\S+/g, 'its address').slice(0, 120)
}
