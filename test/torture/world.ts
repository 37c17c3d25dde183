import { join } from 'node:path'
import { MIB } from '../../electron/contract/limits.ts'
import { unreachable } from '../../electron/lib/unreachable.ts'
import { ROOT } from '../e2e/child.ts'
import { type FaultProxy, startFaultProxy } from '../faults/fault-proxy.ts'
import { BrowserFerry, type FerryDeps, type KilledFerry } from './browser-ferry.ts'
import { type Reaper, startChild } from './child-processes.ts'
import { DesktopFerry } from './desktop-ferry.ts'
import type { FerryWindow } from './ferry-window.ts'
import type { HostKind } from './options.ts'
import type { Victim } from './schedule.ts'
import type { BucketAccess } from './store-truth.ts'
import { Violation } from './violation.ts'

const LATENCY_MS = 5

interface WorldOptions {
  readonly folder: string
  readonly linkMibPerSecond: number
  readonly hostKind: HostKind
  readonly reaper: Reaper
}

/**
 * Ferry, the store, and the proxy between them. Ferry dies and is restarted; store and proxy stay.
 */
export class World {
  readonly proxy: FaultProxy
  readonly access: BucketAccess
  readonly #ferry: KilledFerry
  readonly #reaper: Reaper

  private constructor(deps: FerryDeps, access: BucketAccess, ferry: KilledFerry) {
    this.proxy = deps.proxy
    this.access = access
    this.#reaper = deps.reaper
    this.#ferry = ferry
  }

  /** Starts everything and connects the bucket; no file has been dropped yet. */
  static async start(options: WorldOptions): Promise<World> {
    const { folder, linkMibPerSecond, hostKind, reaper } = options
    const bytesPerSecondAll = linkMibPerSecond * MIB
    const link = { latencyMs: LATENCY_MS, bytesPerSecondEach: null, bytesPerSecondAll }
    const proxy = await startFaultProxy({ link })
    const deps = { folder, proxy, reaper }
    const ferry = await startFerry(hostKind, deps)
    const access = await startBucket(join(folder, 'bucket'), ferry, reaper)
    await ferry.window.connect(access)
    return new World(deps, access, ferry)
  }

  get dataFolder(): string {
    return this.#ferry.dataFolder
  }

  get window(): FerryWindow {
    return this.#ferry.window
  }

  /** kill -9. Resolves when all its processes have ended. */
  kill(victim: Victim): Promise<void> {
    return this.#ferry.kill(victim)
  }

  revive(victim: Victim): Promise<void> {
    return this.#ferry.revive(victim)
  }

  /** Checks that no process ended without being killed, and that the page threw no error. */
  expectSound(): void {
    this.#ferry.expectAlive()
    const [problem] = this.window.problems()
    if (problem !== undefined)
      throw new Violation(`An error that the page did not catch: ${problem}`)
  }

  async close(): Promise<void> {
    await this.kill('both')
    await this.proxy.close()
    this.#reaper.killAll()
  }
}

function startFerry(hostKind: HostKind, deps: FerryDeps): Promise<KilledFerry> {
  switch (hostKind) {
    case 'browser':
      return BrowserFerry.start(deps)
    case 'desktop':
      return DesktopFerry.start(deps)
    default:
      return unreachable(hostKind)
  }
}

async function startBucket(
  folder: string,
  { corsOrigin }: KilledFerry,
  reaper: Reaper,
): Promise<BucketAccess> {
  const program = join(ROOT, 'electron/local-bucket/main.ts')
  const rule = corsOrigin === null ? [] : ['--allow-origin', corsOrigin]
  const child = startChild([program, '--dir', folder, '--port', '0', ...rule], process.env, reaper)
  return JSON.parse(await child.untilPrinted(/^\{.*\}$/m)) as BucketAccess
}
