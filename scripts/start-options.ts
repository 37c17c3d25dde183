import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import {
  inPowerShell,
  VALUED_OPTIONS,
  type ValuedOption,
  valuedOptions,
} from '../electron/core/host/option-variables.ts'

/** How the window is shown; `any` prefers Electron and falls back to the browser. */
type WindowChoice = 'any' | 'desktop' | 'browser'

export interface StartOptions {
  readonly window: WindowChoice
  /** Null for the usual port or any other free one; 0 for any. */
  readonly port: number | null
  readonly opensBrowser: boolean
  /** An absolute path; null for the system's default location. */
  readonly dataFolder: string | null
}

export type ParsedStart =
  | { readonly kind: 'start'; readonly options: StartOptions }
  /** A new address of the browser's host that is already running. */
  | { readonly kind: 'new-address'; readonly options: StartOptions }
  | { readonly kind: 'help' }
  | { readonly kind: 'refused'; readonly sentence: string }

export const USAGE = `Usage: npm start -- [options]

  --browser        serve the window to a browser, without looking for Electron
  --desktop        open Electron's window, or fail
  --port N         the browser's port; 0 is any free one
  --no-open        do not open the browser
  --new-address    print a new address of the Ferry that runs in the browser, and open it
  --data-dir DIR   keep settings, records and the bucket on this computer there
  --help           print this

Variables stand in for options: FERRY_DATA_DIR (DIR), FERRY_PORT (N), FERRY_HOST (browser or desktop).
PowerShell swallows the --, so write there: $env:FERRY_DATA_DIR = 'DIR'; npm start`

/**
 * Reads the command line and the environment; command line options win over variables. Options
 * without the `--` before them count too, as far as npm passes them on (`keptByNpm`).
 */
export function parseStart(
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): ParsedStart {
  const torn = tornByNpm(env)
  if (torn !== null) return refused(tornSentence(torn, platform))
  const read = readArgs(args)
  if ('sentence' in read) return refused(read.sentence)
  const { values } = read
  if (values.help) return { kind: 'help' }
  if (values.browser && values.desktop) return refused('Choose one of --browser and --desktop.')
  const window = windowOf(values, env)
  if (window === null) {
    return refused(`FERRY_HOST must be browser or desktop, not "${env.FERRY_HOST}".`)
  }
  const asked = given('port', values.port, env)
  const port = asked === null ? null : portOf(asked.text)
  if (Number.isNaN(port)) {
    return refused(`${asked?.from} must be a number from 0 to 65535, not "${asked?.text}".`)
  }
  const folder = given('data-dir', values['data-dir'], env)
  if (folder?.text === '') return refused(`${folder.from} needs a folder.`)
  return {
    kind: values['new-address'] || isKeptByNpm('new-address', env) ? 'new-address' : 'start',
    options: {
      window,
      port,
      opensBrowser: !values['no-open'],
      dataFolder: folder === null ? null : resolve(folder.text),
    },
  }
}

/** Null when neither the command line, npm nor a variable sets it. */
function given(
  option: ValuedOption,
  onLine: string | undefined,
  env: NodeJS.ProcessEnv,
): { readonly text: string; readonly from: string } | null {
  const { variable } = VALUED_OPTIONS[option]
  const fromLine = onLine ?? keptByNpm(option, env)
  if (fromLine !== undefined) return { text: fromLine, from: `--${option}` }
  const text = env[variable]
  return text ? { text, from: variable } : null
}

/** Null when FERRY_HOST is invalid. */
function windowOf(
  { browser, desktop }: { readonly browser: boolean; readonly desktop: boolean },
  env: NodeJS.ProcessEnv,
): WindowChoice | null {
  if (browser || desktop) return browser ? 'browser' : 'desktop'
  if (isKeptByNpm('desktop', env)) return 'desktop'
  if (isKeptByNpm('browser', env)) return 'browser'
  const { FERRY_HOST: host } = env
  if (!host) return 'any'
  return host === 'browser' || host === 'desktop' ? host : null
}

/**
 * npm takes options without a `--` before them as its own and passes them on in the environment:
 * docs.npmjs.com/cli/using-npm/config#environment-variables. Without "=", it takes an option as a
 * switch and leaves its value as a separate argument.
 */
function keptByNpm(option: string, env: NodeJS.ProcessEnv): string | undefined {
  return env[`npm_config_${option.replaceAll('-', '_')}`]
}

/** npm has its own option `browser`, which names a program. */
function isKeptByNpm(option: string, env: NodeJS.ProcessEnv): boolean {
  return keptByNpm(option, env) === 'true'
}

function tornByNpm(env: NodeJS.ProcessEnv): ValuedOption | null {
  return valuedOptions().find((option) => isKeptByNpm(option, env)) ?? null
}

function tornSentence(option: ValuedOption, platform: NodeJS.Platform): string {
  const lost = `npm took --${option} as its own option, and its value was lost.`
  const { value } = VALUED_OPTIONS[option]
  if (platform === 'win32') {
    return `${lost} In PowerShell, use a variable: ${inPowerShell(option)} (elsewhere: npm start -- --${option} ${value}).`
  }
  return `${lost} Put -- before Ferry's options: npm start -- --${option} ${value}`
}

function readArgs(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        browser: { type: 'boolean', default: false },
        desktop: { type: 'boolean', default: false },
        port: { type: 'string' },
        'no-open': { type: 'boolean', default: false },
        'new-address': { type: 'boolean', default: false },
        'data-dir': { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    })
  } catch (error) {
    // Node's message names the option: nodejs.org/api/util.html#utilparseargsconfig.
    if (!(error instanceof TypeError)) throw error
    const [sentence = ''] = error.message.split('. ')
    return { sentence: `${sentence.replace(/\.$/, '')}. See npm start -- --help.` }
  }
}

function refused(sentence: string): ParsedStart {
  return { kind: 'refused', sentence }
}

/** NaN for anything but a port. */
function portOf(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN
  return port <= 65_535 ? port : Number.NaN
}
