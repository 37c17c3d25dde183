import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { openOutside } from './surroundings.ts'

/** Names as `open -a` takes them, the most common first. */
const CHROMIUM_APPS = ['google chrome', 'microsoft edge', 'brave browser', 'chromium', 'vivaldi']
const CHROMIUM_IDS =
  /^(com\.google\.chrome|com\.microsoft\.edgemac|com\.brave\.browser|org\.chromium|com\.vivaldi|com\.operasoftware|company\.thebrowser)/i
const HANDLERS = ['read', 'com.apple.LaunchServices/com.apple.launchservices.secure', 'LSHandlers']
const ANSWER_WITHIN_MS = 3000

export interface BrowserDeps {
  readonly platform: NodeJS.Platform
  /** The umask of a browser that this starts, and so of its downloads. */
  readonly mask: number
  readonly open?: (target: string, options: { mask: number; apps?: string[] }) => Promise<boolean>
  /** The system's list of default programs, as `defaults` prints it. */
  readonly readHandlers?: () => Promise<string>
}

/**
 * Opens a page in the default browser. Ferry's page is made for and tested in Chromium's kin, so
 * where a Mac's default is another, mostly Safari, an installed one of those goes before.
 *
 * @returns `untested`: in a browser of another kin; `failed`: in none.
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

/** A Mac on which nobody chose a browser has no entry, and uses Safari. */
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
