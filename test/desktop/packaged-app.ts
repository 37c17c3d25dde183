import { execFile } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { unreachable } from '../../electron/lib/unreachable.ts'
import { buildDesktop } from '../../scripts/build-outputs.ts'
import { electronVersion } from '../../scripts/electron-binary.ts'

const at = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url))
const BUILDER = fileURLToPath(new URL('run-builder.ts', import.meta.url))

/** The sentinel of the fuses in Electron's program, followed by version, count and states. */
const SENTINEL = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX'
const SHIPPED_FUSES = Buffer.concat([
  Buffer.from(SENTINEL),
  Buffer.from([1, 9]),
  Buffer.from('101100111'),
])

/** Debian's `7zip`, so that electron-builder does not download its own. */
const SEVEN_ZIP = '/usr/bin/7zz'

export function hasSevenZip(): boolean {
  return existsSync(SEVEN_ZIP)
}

export interface PackOptions {
  readonly platform?: 'linux' | 'mac' | 'win'
  /**
   * electron-builder's names; `configured` uses those in electron-builder.yml, with their
   * processors.
   */
  readonly targets?: readonly string[] | 'configured'
  readonly archs?: readonly ('x64' | 'arm64')[]
  /**
   * `search` looks for packages to include, as the real build does; there are none, and it is slow.
   */
  readonly modules?: 'search' | 'skip'
  /**
   * `run` also runs the tools that build installers, which this machine, or `env`, must provide.
   */
  readonly tools?: 'leave out' | 'run'
  /** Options that the command line would set with `-c.…`. */
  readonly config?: object
}

export interface BuilderJob extends Required<PackOptions> {
  readonly project: string
  readonly electronDist: string
}

export interface BuilderResult {
  /** The names of all installers and archives, including those whose tool was left out. */
  readonly artefacts: readonly string[]
  /** The arguments for each target's tool. */
  readonly computed: readonly unknown[]
}

export interface PackedApp extends BuilderResult {
  readonly dist: string
  /** The x64 build. */
  readonly unpacked: string
  readonly program: string
  /** `app.asar` of the x64 build, which contains out/main, out/preload and out/renderer. */
  readonly asarPath: string
}

/**
 * Packages the app like `npm run package`, into `targetFolder` and without a network: a folder with
 * the same names and the same fuse sentinel replaces Electron's program.
 */
export async function packOffline(
  targetFolder: string,
  options: PackOptions = {},
): Promise<PackedApp> {
  const [app] = await packAllOffline(targetFolder, [options])
  if (app === undefined) throw new Error('Nothing was packaged')
  return app
}

/** Uses one process for all: reading electron-builder's schema takes longer than packaging. */
export async function packAllOffline(
  targetFolder: string,
  all: readonly PackOptions[],
  env: NodeJS.ProcessEnv = {},
): Promise<readonly PackedApp[]> {
  await buildDesktop()
  const jobs = all.map((options, index) => jobOf(join(targetFolder, String(index)), options))
  const { stdout } = await promisify(execFile)(process.execPath, [BUILDER, JSON.stringify(jobs)], {
    cwd: targetFolder,
    env: {
      ...process.env,
      ...(hasSevenZip() ? { ELECTRON_BUILDER_7ZIP_PATH: SEVEN_ZIP } : {}),
      // Do not use this machine's certificates.
      CSC_IDENTITY_AUTO_DISCOVERY: 'false',
      ...env,
    },
    maxBuffer: 16 * 1024 * 1024,
  })
  const results = JSON.parse(stdout.slice(stdout.lastIndexOf('\n') + 1)) as readonly BuilderResult[]
  return results.map((result, index) => ({ ...result, ...placesIn(jobs[index]) }))
}

function jobOf(folder: string, options: PackOptions): BuilderJob {
  const { platform = 'linux', targets = ['dir'], archs = ['x64'] } = options
  return {
    ...{ platform, targets, archs },
    modules: options.modules ?? 'skip',
    tools: options.tools ?? 'leave out',
    config: options.config ?? {},
    project: makeProject(join(folder, 'project')),
    electronDist: standInElectron(join(folder, 'electron'), platform),
  }
}

function placesIn(job: BuilderJob | undefined) {
  if (job === undefined) throw new Error('More was packaged than asked for')
  const dist = join(job.project, 'dist')
  switch (job.platform) {
    case 'linux':
      return { dist, ...appIn(join(dist, 'linux-unpacked'), 'ferry', 'resources') }
    case 'win':
      return { dist, ...appIn(join(dist, 'win-unpacked'), 'Ferry.exe', 'resources') }
    case 'mac': {
      const contents = join(dist, 'mac', 'Ferry.app', 'Contents')
      return { dist, ...appIn(contents, join('MacOS', 'Ferry'), 'Resources') }
    }
    default:
      return unreachable(job.platform)
  }
}

function appIn(unpacked: string, program: string, resources: string) {
  const asarPath = join(unpacked, resources, 'app.asar')
  return { unpacked, program: join(unpacked, program), asarPath }
}

/** Creates a checkout that includes files that must not be packaged. */
function makeProject(project: string): string {
  mkdirSync(join(project, 'out'), { recursive: true })
  for (const name of ['main', 'preload', 'renderer']) {
    cpSync(at(`out/${name}`), join(project, 'out', name), { recursive: true })
  }
  writeFileSync(join(project, 'out', 'renderer', 'assets', 'index.js.map'), '{}')
  for (const name of ['package.json', 'package-lock.json', 'electron-builder.yml', 'build']) {
    cpSync(at(name), join(project, name), { recursive: true })
  }
  for (const name of ['electron', 'renderer', 'test']) mkdirSync(join(project, name))
  writeFileSync(join(project, 'electron', 'main.ts'), 'source')
  writeFileSync(join(project, 'test', 'a.test.ts'), 'test')
  symlinkSync(at('node_modules'), join(project, 'node_modules'), 'junction')
  return project
}

function standInElectron(folder: string, platform: BuilderJob['platform']): string {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'version'), electronVersion())
  writeFileSync(join(folder, 'LICENSE'), '')
  writeFileSync(join(folder, 'LICENSES.chromium.html'), '')
  if (platform === 'mac') standInMacApp(folder)
  else {
    mkdirSync(join(folder, 'resources'))
    const program = join(folder, platform === 'win' ? 'electron.exe' : 'electron')
    writeFileSync(program, SHIPPED_FUSES)
    chmodSync(program, 0o755)
  }
  return folder
}

/** Creates an Electron.app with the property lists that electron-builder rewrites. */
function standInMacApp(folder: string): void {
  const contents = join(folder, 'Electron.app', 'Contents')
  const framework = 'Frameworks/Electron Framework.framework'
  const helpers = ['', ' (Renderer)', ' (Plugin)', ' (GPU)'].map((kind) => `Electron Helper${kind}`)
  writeDeep(join(contents, 'Info.plist'), plist('Electron'))
  writeDeep(join(contents, 'MacOS', 'Electron'), '')
  mkdirSync(join(contents, 'Resources'), { recursive: true })
  writeDeep(join(contents, framework, 'Electron Framework'), SHIPPED_FUSES)
  for (const name of helpers) {
    const helper = join(contents, 'Frameworks', `${name}.app`, 'Contents')
    writeDeep(join(helper, 'Info.plist'), plist(name))
    writeDeep(join(helper, 'MacOS', name), '')
  }
}

function writeDeep(path: string, content: string | Buffer): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, content)
}

function plist(name: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<plist version="1.0"><dict>
<key>CFBundleExecutable</key><string>${name}</string>
<key>CFBundleIdentifier</key><string>com.github.Electron</string>
<key>LSMinimumSystemVersion</key><string>12.0</string>
</dict></plist>
`
}

export function readPlist(app: PackedApp): string {
  return readFileSync(join(app.unpacked, 'Info.plist'), 'utf8')
}
