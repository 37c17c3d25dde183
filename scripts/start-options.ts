import { resolve } from 'node:path'
import { parseArgs } from 'node:util'

/** How the window is to be shown; `any`: Electron where it can be had, else the browser. */
export type WindowChoice = 'any' | 'desktop' | 'browser'

export interface StartOptions {
  readonly window: WindowChoice
  /** Null: the usual one, or any other that is free. 0: any. */
  readonly port: number | null
  readonly opensBrowser: boolean
  /** Absolute; null: the system's usual place. */
  readonly dataFolder: string | null
}

export type ParsedStart =
  | { readonly kind: 'start'; readonly options: StartOptions }
  /** Of the browser's host that runs already. */
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
  --help           print this`

export function parseStart(args: readonly string[]): ParsedStart {
  const read = readArgs(args)
  if ('sentence' in read) return { kind: 'refused', sentence: read.sentence }
  const { values } = read
  if (values.help) return { kind: 'help' }
  if (values.browser && values.desktop) return refused('Choose one of --browser and --desktop.')
  const port = values.port === undefined ? null : portOf(values.port)
  if (Number.isNaN(port)) {
    return refused(`--port takes a number from 0 to 65535, and "${values.port}" is none.`)
  }
  if (values['data-dir'] === '') return refused('--data-dir needs a folder.')
  return {
    kind: values['new-address'] ? 'new-address' : 'start',
    options: {
      window: values.browser ? 'browser' : values.desktop ? 'desktop' : 'any',
      port,
      opensBrowser: !values['no-open'],
      dataFolder: values['data-dir'] === undefined ? null : resolve(values['data-dir']),
    },
  }
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
    // Node's own words name the option: nodejs.org/api/util.html#utilparseargsconfig.
    if (!(error instanceof TypeError)) throw error
    const [sentence = ''] = error.message.split('. ')
    return { sentence: `${sentence.replace(/\.$/, '')}. See npm start -- --help.` }
  }
}

function refused(sentence: string): ParsedStart {
  return { kind: 'refused', sentence }
}

/** NaN for what is not a port. */
function portOf(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN
  return port <= 65_535 ? port : Number.NaN
}
