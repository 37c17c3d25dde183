import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { MIB } from '../../electron/contract/limits.ts'
import { askForNewAddress } from '../../electron/loopback/host-control.ts'
import { type Child, ROOT, runNode } from '../e2e/child.ts'
import { corsOriginAt } from '../e2e/ferry.ts'
import { behindProxy } from '../faults/behind-proxy.ts'
import { type FaultProxy, startFaultProxy } from '../faults/fault-proxy.ts'
import { FerryWindow } from './ferry-window.ts'
import type { Reaper } from './reaper.ts'
import type { Victim } from './schedule.ts'
import type { BucketAccess } from './store-truth.ts'
import { TortureBrowser } from './torture-browser.ts'
import { Violation } from './violation.ts'

const LATENCY_MS = 5

interface Host {
  readonly child: Child
  /** With the one-time token. */
  readonly url: string
  readonly port: number
}

/**
 * The store, the host and the browser as processes of their own, and the proxy between them. Host
 * and browser die and come back; store and proxy stay.
 */
export class World {
  readonly dataFolder: string
  readonly proxy: FaultProxy
  readonly access: BucketAccess
  readonly #parts: WorldParts
  #host: Host
  #browser: TortureBrowser
  #window: FerryWindow

  private constructor(parts: WorldParts, access: BucketAccess, seat: Seat) {
    this.dataFolder = parts.dataFolder
    this.proxy = parts.proxy
    this.access = access
    this.#parts = parts
    this.#host = seat.host
    this.#browser = seat.browser
    this.#window = seat.window
  }

  /** Everything runs, the bucket is connected, and nothing was given yet. */
  static async start(folder: string, linkMibPerSecond: number, reaper: Reaper): Promise<World> {
    const bytesPerSecondAll = linkMibPerSecond * MIB
    const link = { latencyMs: LATENCY_MS, bytesPerSecondEach: null, bytesPerSecondAll }
    const proxy = await startFaultProxy({ link })
    const [dataFolder, profile] = [join(folder, 'data'), join(folder, 'profile')]
    await Promise.all([dataFolder, profile].map((each) => mkdir(each)))
    const parts = { dataFolder, profile, proxy, reaper }
    const host = await startHost(parts, 0)
    const access = await startBucket(join(folder, 'bucket'), host, reaper)
    const browser = await startBrowser(parts, host)
    const window = await FerryWindow.open(browser.page, host.url)
    await window.connect(access)
    return new World(parts, access, { host, browser, window })
  }

  get window(): FerryWindow {
    return this.#window
  }

  /** kill -9. Resolves when nothing of it runs any more. */
  async kill(victim: Victim): Promise<void> {
    await Promise.all([
      victim === 'browser' ? null : this.#host.child.stop('SIGKILL'),
      victim === 'host' ? null : this.#browser.kill(),
    ])
    // Its session has ended with the host, so the user closes the window, and with it what it sends.
    if (victim === 'host') await this.#browser.freshPage()
  }

  /** What was killed comes back where it was, as a user starts it again, with a new address. */
  async revive(victim: Victim): Promise<void> {
    if (victim !== 'browser') this.#host = await startHost(this.#parts, this.#host.port)
    const url = victim === 'browser' ? await newAddress(this.#parts) : this.#host.url
    if (victim !== 'host') this.#browser = await startBrowser(this.#parts, this.#host)
    this.#window = await FerryWindow.open(this.#browser.page, url)
    await this.#window.untilReady()
  }

  /** Nothing ends unless it is killed, and no code of the page throws. */
  expectSound(): void {
    const { exitCode, signalCode } = this.#host.child.process
    if (exitCode !== null || signalCode !== null) {
      throw new Violation(`The host ended by itself: ${this.#host.child.errors().slice(-2000)}`)
    }
    const [problem] = this.#window.problems()
    if (problem !== undefined)
      throw new Violation(`An error that the page did not catch: ${problem}`)
  }

  async close(): Promise<void> {
    await this.kill('both')
    await this.proxy.close()
    this.#parts.reaper.killAll()
  }
}

interface WorldParts {
  readonly dataFolder: string
  readonly profile: string
  readonly proxy: FaultProxy
  readonly reaper: Reaper
}

interface Seat {
  readonly host: Host
  readonly browser: TortureBrowser
  readonly window: FerryWindow
}

/** The real `npm start` in its browser form; its requests to the store pass the proxy. */
async function startHost({ dataFolder, proxy, reaper }: WorldParts, port: number): Promise<Host> {
  const program = join(ROOT, 'scripts/start.ts')
  const options = ['--browser', '--no-open', '--port', String(port), '--data-dir', dataFolder]
  const child = startChild([program, ...options], behindProxy(proxy), reaper)
  const line = await child.untilPrinted(/Ferry is ready at http:\S+/)
  const url = line.slice('Ferry is ready at '.length)
  return { child, url, port: Number(new URL(url).port) }
}

async function startBucket(folder: string, host: Host, reaper: Reaper): Promise<BucketAccess> {
  const program = join(ROOT, 'electron/core/local-bucket/main.ts')
  const options = ['--dir', folder, '--port', '0', '--allow-origin', corsOriginAt(host.port)]
  const child = startChild([program, ...options], process.env, reaper)
  return JSON.parse(await child.untilPrinted(/^\{.*\}$/m)) as BucketAccess
}

function startChild(args: readonly string[], env: NodeJS.ProcessEnv, reaper: Reaper): Child {
  const child = runNode(args, env)
  child.process.once(
    'exit',
    reaper.add(() => child.process.kill('SIGKILL')),
  )
  return child
}

/** As `npm start -- --new-address` does: a browser that was killed may have forgotten its session. */
async function newAddress({ dataFolder }: WorldParts): Promise<string> {
  const address = await askForNewAddress(dataFolder)
  if (address === null) throw new Violation('The host makes no new address')
  return address.url
}

/** Its requests to the store pass the proxy; those to the host do not. */
function startBrowser({ profile, proxy, reaper }: WorldParts, host: Host): Promise<TortureBrowser> {
  const bypass = `--proxy-bypass-list=<-loopback>;*.localhost:${host.port}`
  return TortureBrowser.start(profile, [`--proxy-server=${proxy.address}`, bypass], reaper)
}
