import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { askForNewAddress } from '../../electron/loopback/host-control.ts'
import { type Child, ROOT } from '../e2e/child.ts'
import { corsOriginAt } from '../e2e/ferry.ts'
import { behindProxy } from '../faults/behind-proxy.ts'
import type { FaultProxy } from '../faults/fault-proxy.ts'
import { type Reaper, startChild } from './child-processes.ts'
import { FerryWindow } from './ferry-window.ts'
import type { Victim } from './schedule.ts'
import { TortureBrowser } from './torture-browser.ts'
import { Violation } from './violation.ts'

export interface FerryDeps {
  /** Contains the data folder and the browser's profile. */
  readonly folder: string
  readonly proxy: FaultProxy
  readonly reaper: Reaper
}

/** A Ferry that is killed and restarted, on either host. */
export interface KilledFerry {
  readonly dataFolder: string
  /** The origin for the bucket's CORS rule. Null: the host needs none. */
  readonly corsOrigin: string | null
  readonly window: FerryWindow
  /** kill -9. Resolves when all its processes have ended. */
  kill(victim: Victim): Promise<void>
  /** Restarts what was killed with the same data and address, as a user does. */
  revive(victim: Victim): Promise<void>
  /** @throws Violation when a process ended without being killed. */
  expectAlive(): void
}

interface Host {
  readonly child: Child
  /** Contains the one-time token. */
  readonly url: string
  readonly port: number
}

/** The loopback host and a browser, each in its own process. */
export class BrowserFerry implements KilledFerry {
  readonly dataFolder: string
  readonly corsOrigin: string
  readonly #deps: FerryDeps
  #host: Host
  #browser: TortureBrowser
  #window: FerryWindow

  private constructor(deps: FerryDeps, host: Host, browser: TortureBrowser, window: FerryWindow) {
    this.dataFolder = dataFolderOf(deps)
    this.corsOrigin = corsOriginAt(host.port)
    this.#deps = deps
    this.#host = host
    this.#browser = browser
    this.#window = window
  }

  static async start(deps: FerryDeps): Promise<BrowserFerry> {
    await Promise.all([dataFolderOf(deps), profileOf(deps)].map((each) => mkdir(each)))
    const host = await startHost(deps, 0)
    const browser = await startBrowser(deps, host)
    const window = await FerryWindow.open(browser.page, host.url)
    return new BrowserFerry(deps, host, browser, window)
  }

  get window(): FerryWindow {
    return this.#window
  }

  async kill(victim: Victim): Promise<void> {
    await Promise.all([
      victim === 'browser' ? null : this.#host.child.stop('SIGKILL'),
      victim === 'host' ? null : this.#browser.kill(),
    ])
    // The session ended with the host, so the user closes the window, which stops its uploads.
    if (victim === 'host') await this.#browser.freshPage()
  }

  async revive(victim: Victim): Promise<void> {
    if (victim !== 'browser') this.#host = await startHost(this.#deps, this.#host.port)
    const url = victim === 'browser' ? await newAddress(this.dataFolder) : this.#host.url
    if (victim !== 'host') this.#browser = await startBrowser(this.#deps, this.#host)
    this.#window = await FerryWindow.open(this.#browser.page, url)
    await this.#window.untilReady()
  }

  expectAlive(): void {
    const { exitCode, signalCode } = this.#host.child.process
    if (exitCode === null && signalCode === null) return
    throw new Violation(`The host ended by itself: ${this.#host.child.errors().slice(-2000)}`)
  }
}

function dataFolderOf({ folder }: FerryDeps): string {
  return join(folder, 'data')
}

function profileOf({ folder }: FerryDeps): string {
  return join(folder, 'profile')
}

/** The real `npm start` in its browser form; its requests to the store go through the proxy. */
async function startHost(deps: FerryDeps, port: number): Promise<Host> {
  const program = join(ROOT, 'scripts/start.ts')
  const data = ['--data-dir', dataFolderOf(deps)]
  const args = [program, '--browser', '--no-open', '--port', String(port), ...data]
  const child = startChild(args, behindProxy(deps.proxy), deps.reaper)
  const line = await child.untilPrinted(/Ferry is ready at http:\S+/)
  const url = line.slice('Ferry is ready at '.length)
  return { child, url, port: Number(new URL(url).port) }
}

/** Like `npm start -- --new-address`: a killed browser may have lost its session. */
async function newAddress(dataFolder: string): Promise<string> {
  const address = await askForNewAddress(dataFolder)
  if (address === null) throw new Violation('The host makes no new address')
  return address.url
}

/** Requests to the store go through the proxy; those to the host do not. */
function startBrowser(deps: FerryDeps, host: Host): Promise<TortureBrowser> {
  const bypass = `--proxy-bypass-list=<-loopback>;*.localhost:${host.port}`
  const args = [`--proxy-server=${deps.proxy.address}`, bypass]
  return TortureBrowser.start(profileOf(deps), args, deps.reaper)
}
