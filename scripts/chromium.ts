import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type Browser, type BrowserContext, chromium, type LaunchOptions } from 'playwright-core'
import { type ChromiumBinary, findChromium } from './chromium-binary.ts'

/**
 * Keeps the browser from contacting its vendor: on a closed network, each attempt costs time and
 * log lines.
 */
const QUIET_FLAGS = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--no-default-browser-check',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-domain-reliability',
  '--disable-sync',
  '--no-pings',
]

/** Features that Playwright disables itself; Chromium uses only the last `--disable-features`. */
const OFF_IN_PLAYWRIGHT = [
  'AvoidUnnecessaryBeforeUnloadCheckSync',
  'DestroyProfileOnBrowserClose',
  'HttpsUpgrades',
  'HttpsFirstBalancedModeAutoEnable',
  'LensOverlay',
  'MediaRouter',
  'PaintHolding',
  'ThirdPartyStoragePartitioning',
  'AvoidCorsURLLoaderRestartOnRedirect',
  'TcpPortRandomizationWin',
  'OptimizationHints',
  'NetworkTimeServiceQuerying',
  'AimEnabled',
  'PreconnectToSearch',
  'msForceBrowserSignIn',
  'msEdgeUpdateLaunchServicesPreferredVersion',
]

/**
 * The list under the address bar consists of two web pages in a separate process, which Chromium
 * loads with each window (chrome/browser/ui/omnibox/omnibox_next_features.cc). They are not used
 * here and take more processor time than Ferry's page.
 */
const ADDRESS_BAR_PAGES = ['WebUIOmniboxPopup', 'WebUIOmniboxAimPopup', 'WebUIOmniboxFullPopup']

const FEATURES_OFF = [...OFF_IN_PLAYWRIGHT, ...ADDRESS_BAR_PAGES]

export type ChromiumOptions = Pick<LaunchOptions, 'headless' | 'timeout' | 'downloadsPath'> & {
  /** Added to the usual flags. */
  readonly args?: readonly string[]
  /** More Chromium features to disable; a second `--disable-features` would replace the first. */
  readonly featuresOff?: readonly string[]
  /** A program that is started instead of Chromium and then starts it. */
  readonly executablePath?: string
}

/** Starts a new browser with an empty profile; the caller closes it. */
export async function launchChromium(options: ChromiumOptions = {}): Promise<Browser> {
  return chromium.launch(await launchOptions(options))
}

/** Starts a browser that keeps its profile in `folder`, so that it can be restarted. */
export async function launchProfile(
  folder: string,
  options: ChromiumOptions = {},
): Promise<BrowserContext> {
  return chromium.launchPersistentContext(folder, await launchOptions(options))
}

/** The command for starting the browser without Playwright. */
export async function chromiumCommand(options: Pick<ChromiumOptions, 'args' | 'featuresOff'> = {}) {
  const { executablePath, chromiumSandbox, env, args } = await launchOptions(options)
  return { path: executablePath, args: chromiumSandbox ? args : [...args, '--no-sandbox'], env }
}

async function launchOptions(options: ChromiumOptions) {
  const { args = [], featuresOff = [], ...rest } = options
  const off = [...FEATURES_OFF, ...featuresOff].join(',')
  const binary = await findChromium()
  const env = { ...definedOnly(process.env), ...binary.env }
  return {
    headless: true,
    executablePath: binary.path,
    ...rest,
    chromiumSandbox: await canSandbox(binary, env),
    env,
    args: [...QUIET_FLAGS, `--disable-features=${off}`, ...args],
  }
}

const TRIAL_MS = 30_000
const trials = new Map<string, Promise<boolean>>()

/** Chromium refuses to sandbox as root, and the unpacked copy has no sandbox helper. */
async function canSandbox(binary: ChromiumBinary, env: Record<string, string>): Promise<boolean> {
  if (process.getuid?.() === 0 || binary.isUnpacked) return false
  if (process.platform !== 'linux') return true
  const trial = trials.get(binary.path) ?? startsInSandbox(binary.path, env)
  trials.set(binary.path, trial)
  return trial
}

/**
 * Starts Chromium to find out: many containers and some distributions forbid the user namespaces
 * that the sandbox needs, each in its own way, and Chromium then does not start.
 * https://chromium.googlesource.com/chromium/src/+/main/docs/security/apparmor-userns-restrictions.md
 */
async function startsInSandbox(path: string, env: Record<string, string>): Promise<boolean> {
  const profile = await mkdtemp(join(tmpdir(), 'ferry-sandbox-'))
  try {
    const page = ['--headless', `--user-data-dir=${profile}`, '--dump-dom', 'about:blank']
    await promisify(execFile)(path, [...QUIET_FLAGS, ...page], { env, timeout: TRIAL_MS })
    return true
  } catch {
    return false
  } finally {
    await rm(profile, { recursive: true, force: true, maxRetries: 3 })
  }
}

function definedOnly(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  )
}
