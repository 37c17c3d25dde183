import { afterAll, afterEach, beforeAll } from 'vitest'
import { launchChromium } from '../../scripts/chromium.ts'
import { behindProxy } from '../faults/behind-proxy.ts'
import { type FaultProxy, startFaultProxy } from '../faults/fault-proxy.ts'
import { PASS } from '../faults/verdict.ts'
import {
  type Ferry,
  type RunningBucket,
  startBucket,
  startFerry,
  temporaryFolder,
  type WhenOver,
} from './ferry.ts'
import { FerryPage } from './ferry-page.ts'
import { noteWhatRowsSay } from './row-sayings.ts'
import { Store } from './store.ts'

/** Page and host, and between them and a bucket of its own the proxy. */
export interface FaultWorld {
  readonly ferry: Ferry
  readonly proxy: FaultProxy
  readonly page: FerryPage
  readonly bucket: RunningBucket
  /** Asked past the proxy. */
  readonly store: Store
  readonly folder: string
}

/** One world for all tests of a file, which tell their uploads and faults apart by name. */
export function sharedFaultWorld(): () => FaultWorld {
  const ends: (() => Promise<void> | void)[] = []
  const started: { world?: FaultWorld } = {}
  beforeAll(async () => {
    started.world = await startFaultWorld((end) => {
      ends.unshift(end)
    })
  })
  afterAll(async () => {
    for (const end of ends) await end()
  })
  afterEach(async ({ task }) => {
    if (started.world === undefined || task.result?.state !== 'fail') return
    // What a test that failed left as it was is no matter of the next ones: a dialog, a dead line.
    const { proxy, page } = started.world
    proxy.setRule(() => PASS)
    await proxy.comeBack()
    await page.page.reload()
    await page.button('Choose files').waitFor()
  })
  return () => {
    if (started.world === undefined) throw new TypeError('Asked for before the tests began')
    return started.world
  }
}

async function startFaultWorld(whenOver: WhenOver): Promise<FaultWorld> {
  const proxy = await startFaultProxy()
  whenOver(proxy.close)
  const ferry = await startFerry({ env: behindProxy(proxy), whenOver })
  const allowedOrigin = ferry.corsOrigin
  const bucket = await startBucket({
    folder: await temporaryFolder(whenOver),
    allowedOrigin,
    whenOver,
  })
  const browser = await launchChromium({
    args: [
      `--proxy-server=${proxy.address}`,
      `--proxy-bypass-list=<-loopback>;*.localhost:${ferry.port}`,
    ],
  })
  whenOver(() => browser.close())
  const context = await browser.newContext()
  // Time passes as always, until a test lets more of it pass. Chance makes every wait as long as it
  // can be: one that is over at once is not shown.
  await context.clock.install()
  await context.addInitScript(() => {
    Math.random = () => 0.99
  })
  await context.addInitScript(noteWhatRowsSay)
  const page = await FerryPage.open(context, ferry.url)
  await page.connect(bucket)
  const store = new Store(bucket, whenOver)
  const folder = await temporaryFolder(whenOver)
  return { ferry, proxy, page, bucket, store, folder }
}
