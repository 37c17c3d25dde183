import { type Browser, type BrowserContext, chromium, type LaunchOptions } from 'playwright-core'
import { findChromium } from './chromium-binary.ts'

/** Keeps the browser from calling home: on a closed network each try costs time and log lines. */
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

export type ChromiumOptions = Pick<LaunchOptions, 'headless' | 'timeout' | 'downloadsPath'> & {
  /** Added to the usual flags. */
  readonly args?: readonly string[]
  /** Started in the place of the Chromium that was found, which it then starts. */
  readonly executablePath?: string
}

/** Each call starts a browser of its own with an empty profile; close it. */
export async function launchChromium(options: ChromiumOptions = {}): Promise<Browser> {
  return chromium.launch(await launchOptions(options))
}

/** A browser that keeps its profile in `folder`, so that it can be restarted. */
export async function launchProfile(
  folder: string,
  options: ChromiumOptions = {},
): Promise<BrowserContext> {
  return chromium.launchPersistentContext(folder, await launchOptions(options))
}

/** For whoever starts the browser without Playwright. */
export async function chromiumCommand() {
  const { executablePath, chromiumSandbox, env, args } = await launchOptions({})
  return { path: executablePath, args: chromiumSandbox ? args : [...args, '--no-sandbox'], env }
}

async function launchOptions(options: ChromiumOptions) {
  const { args = [], ...rest } = options
  const binary = await findChromium()
  const isRoot = process.getuid?.() === 0
  return {
    headless: true,
    executablePath: binary.path,
    ...rest,
    // Chromium refuses to sandbox for root, and the unpacked one has no helper to do it with.
    chromiumSandbox: !isRoot && !binary.isUnpacked,
    env: { ...definedOnly(process.env), ...binary.env },
    args: [...QUIET_FLAGS, ...args],
  }
}

function definedOnly(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  )
}
