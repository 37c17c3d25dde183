import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { fileURLToPath } from 'node:url'
import type { HostNotice } from '../electron/contract/commands/host.ts'
import { defaultFolder } from '../electron/core/host/default-folders.ts'
import { usualMask } from '../electron/files/owner-only.ts'
import { StartRefused } from '../electron/files/start-refused.ts'
import { unreachable } from '../electron/lib/unreachable.ts'
import { askForNewAddress, type PageAddress } from '../electron/loopback/host-control.ts'
import { startLoopback } from '../electron/loopback/main.ts'
import { hasDisplay, openInBrowser } from '../electron/loopback/system-browser.ts'
import { openTerminal } from '../electron/loopback/terminal.ts'
import { buildPage } from './build-outputs.ts'
import type { StartOptions } from './start-options.ts'

/** A fixed port, so that the CORS rules of buckets for browser windows keep working. */
const USUAL_PORT = 47_470
const ANY_PORT = 0

export interface Running {
  readonly close: () => Promise<void>
}

/** Serves the page to a browser, prints its address and opens it. */
export async function runBrowserHost(
  options: StartOptions,
  say: (line: string) => void,
): Promise<Running> {
  await buildPage()
  const terminal = openTerminal()
  const host = await startLoopback({
    ...folderOf(options),
    ports: options.port === null ? [USUAL_PORT, ANY_PORT] : [options.port],
    pageFolder: fileURLToPath(new URL('../out/renderer', import.meta.url)),
    version: ferryVersion(),
    terminal,
    onSession: () => say(sessionOpened(terminal.canAsk)),
  })
  for (const notice of host.troubles) say(sentenceOf(notice))
  if (options.port === null && host.port !== USUAL_PORT) {
    say(`Port ${USUAL_PORT} is taken, so Ferry uses port ${host.port} this time.`)
  }
  const openAddress = () => present(host.newAddress(), options, say)
  await openAddress()
  terminal.onLine((line) => {
    const word = line.trim().toLowerCase()
    if (word === CLOSE_WORD) host.closeSessions()
    if (word === '' || word === CLOSE_WORD) void openAddress()
  })
  return {
    close: async () => {
      terminal.close()
      await host.close()
    },
  }
}

/**
 * Prints and opens a new address of the running browser host.
 *
 * @throws StartRefused when none is running.
 */
export async function openRunningHost(
  options: StartOptions,
  say: (line: string) => void,
): Promise<void> {
  const { dataFolder } = folderOf(options)
  const address = await askForNewAddress(dataFolder)
  if (address === null) {
    throw new StartRefused(
      `No Ferry runs in the browser with the data folder ${dataFolder}. Start one without --new-address.`,
    )
  }
  await present(address, options, say)
}

/** The word that the user types in the terminal. */
const CLOSE_WORD = 'close'

function sessionOpened(canType: boolean): string {
  const time = new Date().toLocaleTimeString()
  const way = canType
    ? `type "${CLOSE_WORD}" and press Enter: every session is closed, and you get a new address. Enter alone creates an address for another browser.`
    : 'end Ferry and start it again: every session is closed.'
  return `A browser opened Ferry at ${time}. If that was not you, ${way}`
}

async function present(
  address: PageAddress,
  options: StartOptions,
  say: (line: string) => void,
): Promise<void> {
  say(`Ferry is ready at ${address.url}`)
  const opens = options.opensBrowser && hasDisplay()
  // A browser started by this uses the user's own umask for downloads.
  const how = opens
    ? await openInBrowser(address.openPage, { platform: process.platform, mask: usualMask })
    : 'failed'
  say(how === 'failed' ? UNOPENED : OPENED)
  if (how === 'untested') say(UNTESTED)
}

const UNOPENED = 'Open this address in a browser. It works once, within five minutes.'

/** The browsers that the page is built for and tested in. */
const UNTESTED =
  'Ferry is tested in Chrome, Edge, Brave and other browsers with Chromium. If something does not work, open the address in one of those.'

const OPENED =
  'Your browser opens it. If it shows an error instead, open this address yourself: it works once, within five minutes.'

function folderOf({ dataFolder }: StartOptions): DefaultFolder {
  return dataFolder === null ? browserHostFolder() : { dataFolder, passedOver: null }
}

function ferryVersion(): string {
  const file = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
  return (JSON.parse(file) as { readonly version: string }).version
}

/** Text for the terminal; the window has its own texts. */
function sentenceOf(notice: HostNotice): string {
  switch (notice.kind) {
    case 'file-set-aside':
      return `The ${notice.what} file could not be read. It was moved to ${notice.movedTo} in the data folder, and Ferry began a new one.`
    case 'file-held':
      return `Ferry cannot write ${notice.name} in its data folder: another program may have it open. Ferry tries again every 30 seconds.`
    case 'folder-open':
      return `Other users of this computer can get into Ferry's data folder ${notice.folder}, so keys are only kept in memory. Choose another folder with --data-dir to store them.`
    case 'folder-on-network':
      return `Ferry's data folder ${notice.folder} is on a network drive: if the network fails, Ferry cannot record what it has sent. Choose a folder on this computer with --data-dir.`
    case 'older-folder':
      return `The desktop app still uses the earlier data in ${notice.folder}, so the browser window now has its own folder. Export your buckets there and import them here.`
    case 'clock-off':
      return `This computer's clock is more than a day off: the store says it is ${new Date(notice.storeTimeMs).toUTCString()}. Uploads work; the times of links are wrong until the clock is set.`
    case 'local-bucket-moved':
      return 'The port of the bucket on this computer was taken, so it now has another one: earlier links no longer work.'
    case 'local-bucket-stopped':
      return `The bucket on this computer could not be started (${notice.failure.kind}).`
    case 'rules-unread':
      return `Some rules of ${notice.name} could not be read (${notice.rules.join(', ')}). Their defaults apply until you save its rules.`
    case 'destination-unread':
      return `Some settings of ${notice.name} could not be read (${notice.parts.join(', ')}).`
    case 'findings-unread':
      return `Part of what Ferry found out about ${notice.name} could not be read. Check its connection.`
    case 'settings-newer':
      return `A newer Ferry wrote some settings that this version keeps but does not use (${notice.places.map(({ name, settings }) => `${name}: ${settings.join(', ')}`).join('; ')}).`
    case 'secret-store-locked':
      return 'The key store of this computer is locked. Unlock it and start Ferry again.'
    case 'unexpected-error':
      return `Something unexpected happened inside Ferry. See ${notice.reference} in the log.`
    case 'asked-outside':
      return 'Ferry waits for your answer.'
    case 'destinations-unread':
      return `Destinations that could not be read: ${notice.count}. The settings file keeps them as they are.`
    case 'default-unread':
      return 'Ferry could not read the default destination.'
    default:
      return unreachable(notice)
  }
}

interface DefaultFolder {
  readonly dataFolder: string
  /** The folder of an older Ferry that the desktop continues to use; null: there is none. */
  readonly passedOver: string | null
}

/** The default data folder of the browser's host. */
function browserHostFolder(): DefaultFolder {
  const { platform, env: environment } = process
  const { folder, passedOver } = defaultFolder('loopback', {
    ...{ platform, environment, home: homedir() },
  })
  return { dataFolder: folder, passedOver }
}
