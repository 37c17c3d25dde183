import { join } from 'node:path'
import { chromium } from 'playwright-core'
import { buildDesktop } from '../../scripts/build-outputs.ts'
import { ferryTab } from '../desktop-in-chromium/ferry-tab.ts'
import { type StandIn, startStandIn } from '../desktop-in-chromium/start-stand-in.ts'
import type { FerryDeps, KilledFerry } from './browser-ferry.ts'
import { FerryWindow } from './ferry-window.ts'
import { Violation } from './violation.ts'

/** Tall, because only visible rows are in the document. */
const WINDOW = { width: 1100, height: 3600 }

/** The built desktop app in a real Chromium. Host and window always die together. */
export class DesktopFerry implements KilledFerry {
  readonly dataFolder: string
  readonly corsOrigin = null
  readonly #deps: FerryDeps
  #app: StandIn
  #window: FerryWindow

  private constructor(deps: FerryDeps, app: StandIn, window: FerryWindow) {
    this.dataFolder = dataFolderOf(deps)
    this.#deps = deps
    this.#app = app
    this.#window = window
  }

  static async start(deps: FerryDeps): Promise<DesktopFerry> {
    await buildDesktop()
    const app = startApp(deps)
    return new DesktopFerry(deps, app, await openWindow(app))
  }

  get window(): FerryWindow {
    return this.#window
  }

  async kill(): Promise<void> {
    await this.#app.kill()
  }

  async revive(): Promise<void> {
    this.#app = startApp(this.#deps)
    this.#window = await openWindow(this.#app)
    await this.#window.untilReady()
  }

  expectAlive(): void {
    const { exitCode, signalCode } = this.#app.process
    if (exitCode === null && signalCode === null) return
    throw new Violation(`The app ended by itself: ${this.#app.output().slice(-2000)}`)
  }
}

function dataFolderOf({ folder }: FerryDeps): string {
  return join(folder, 'data')
}

/** The system proxy is the one that injects the faults. */
function startApp(deps: FerryDeps): StandIn {
  const env = { FERRY_STAND_IN_PROXY: deps.proxy.address }
  const app = startStandIn(['--data-dir', dataFolderOf(deps)], env)
  app.process.once(
    'exit',
    deps.reaper.add(() => void app.kill()),
  )
  return app
}

async function openWindow(app: StandIn): Promise<FerryWindow> {
  const page = await ferryTab(await chromium.connectOverCDP(await app.endpoint))
  await page.setViewportSize(WINDOW)
  return FerryWindow.of(page)
}
