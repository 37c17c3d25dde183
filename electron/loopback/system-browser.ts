import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import open from 'open'
import type { HostShell, Log } from '../core/ports.ts'

/** A process without its own window can do little; the page does the rest. */
export function loopbackShell(log: Log): HostShell {
  return {
    copyText: async () => false,
    openFolder: async (path) => hasDisplay() && (await openOutside(path, { log })),
    showProgress: () => undefined,
    queueChanged: () => undefined,
    // The server asks the core for the store origins whenever it serves the worker that sends
    // parts.
    endpointsChanged: () => undefined,
  }
}

/**
 * Opens a folder or an address in the user's default program.
 *
 * @param mask the umask for a program that is started; defaults to this process's.
 * @param apps programs to try in order instead of the default.
 */
async function openOutside(
  target: string,
  options: { readonly log?: Log; readonly mask?: number; readonly apps?: string[] } = {},
): Promise<boolean> {
  const { log, mask, apps } = options
  // Ferry creates its own files with explicit modes, so the umask may change meanwhile.
  const own = mask === undefined ? null : process.umask(mask)
  try {
    await open(target, apps === undefined ? {} : { app: { name: apps } })
    return true
  } catch (error) {
    log?.warn({ error }, 'Could not open something in another program')
    return false
  } finally {
    if (own !== null) process.umask(own)
  }
}

/** Names for `open -a`, the most common first. */
const CHROMIUM_APPS = ['google chrome', 'microsoft edge', 'brave browser', 'chromium', 'vivaldi']
const CHROMIUM_IDS =
  /^(com\.google\.chrome|com\.microsoft\.edgemac|com\.brave\.browser|org\.chromium|com\.vivaldi|com\.operasoftware|company\.thebrowser)/i
const HANDLERS = ['read', 'com.apple.LaunchServices/com.apple.launchservices.secure', 'LSHandlers']
const ANSWER_WITHIN_MS = 3000

export interface BrowserDeps {
  readonly platform: NodeJS.Platform
  /** The umask of a browser that this starts, and therefore of its downloads. */
  readonly mask: number
  readonly open?: (target: string, options: { mask: number; apps?: string[] }) => Promise<boolean>
  /** The system's default programs, as printed by `defaults`. */
  readonly readHandlers?: () => Promise<string>
}

/**
 * Opens a page in the default browser. Ferry's page is made for and tested in Chromium-based
 * browsers, so on a Mac with another default, mostly Safari, an installed one is preferred.
 *
 * @returns `untested` for another kind of browser, `failed` when none could be opened.
 */
export async function openInBrowser(
  target: string,
  { platform, mask, open = openOutside, readHandlers = readMacHandlers }: BrowserDeps,
): Promise<'opened' | 'untested' | 'failed'> {
  const isTested = platform !== 'darwin' || isChromiumDefault(await readHandlers().catch(() => ''))
  if (!isTested && (await open(target, { mask, apps: [...CHROMIUM_APPS] }))) return 'opened'
  if (!(await open(target, { mask }))) return 'failed'
  return isTested ? 'opened' : 'untested'
}

/** Without a chosen browser, a Mac has no entry and uses Safari. */
function isChromiumDefault(handlers: string): boolean {
  const [, id = ''] =
    /LSHandlerRoleAll = "?([\w.-]+)"?;\s+LSHandlerURLScheme = https;/.exec(handlers) ?? []
  return CHROMIUM_IDS.test(id)
}

async function readMacHandlers(): Promise<string> {
  const options = { timeout: ANSWER_WITHIN_MS }
  const { stdout } = await promisify(execFile)('/usr/bin/defaults', HANDLERS, options)
  return stdout
}

/**
 * Whether windows can be shown here. Only on Linux and similar systems does the environment tell.
 */
export function hasDisplay(
  platform: NodeJS.Platform = process.platform,
  env: NodeJS.ProcessEnv = process.env,
): boolean {
  if (platform === 'darwin' || platform === 'win32') return true
  return Boolean(env.DISPLAY || env.WAYLAND_DISPLAY)
}
