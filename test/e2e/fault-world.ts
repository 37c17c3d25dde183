import { afterAll, afterEach, beforeAll } from 'vitest'
import { type FaultProxy, startFaultProxy } from '../faults/fault-proxy.ts'
import { PASS } from '../faults/verdict.ts'
import { type RunningBucket, startBucket, temporaryFolder, type WhenOver } from './ferry.ts'
import type { FerryPage } from './ferry-page.ts'
import { Store } from './store.ts'
import { type OpenFerry, openFerry } from './worlds/world.ts'

/** Page and host, a bucket of their own, and the proxy between them. */
export interface FaultWorld {
  readonly ferry: OpenFerry
  readonly proxy: FaultProxy
  readonly page: FerryPage
  readonly bucket: RunningBucket
  /** Fetches from the store without the proxy. */
  readonly store: Store
  readonly folder: string
}

/** One world for all tests of a file, which distinguish their uploads and faults by name. */
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
    // The leftovers of a failed test, such as a dialog or a dead connection, must not affect the
    // next.
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
  const ferry = await openFerry({ proxy, whenOver })
  const { page } = ferry
  const allowedOrigin = ferry.corsOrigin
  const bucket = await startBucket({
    folder: await temporaryFolder(whenOver),
    allowedOrigin,
    whenOver,
  })
  const context = page.page.context()
  // Time passes normally until a test advances it. Fixed randomness makes every wait as long as
  // possible, because a wait that is over at once is never shown.
  await context.clock.install()
  await context.addInitScript(() => {
    Math.random = () => 0.99
  })
  await context.addInitScript(recordRowTexts)
  await page.page.reload()
  await page.connect(bucket)
  const store = new Store(bucket, whenOver)
  const folder = await temporaryFolder(whenOver)
  return { ferry, proxy, page, bucket, store, folder }
}

declare global {
  interface Window {
    /** Every text that each row has shown, in order, by the row's name. */
    ferrySaid?: Map<string, string[]>
  }
}

/** Runs in the page before its own code, so that even the shortest text is recorded. */
function recordRowTexts(): void {
  const said = new Map<string, string[]>()
  window.ferrySaid = said
  const note = () => {
    for (const status of document.querySelectorAll('li[aria-label] .row-status')) {
      const name = status.closest('li')?.getAttribute('aria-label') ?? ''
      const text = (status.textContent ?? '').replaceAll(/\s+/g, ' ').trim()
      const texts = said.get(name) ?? []
      if (texts.at(-1) !== text) said.set(name, [...texts, text])
    }
  }
  const options = { subtree: true, childList: true, characterData: true }
  new MutationObserver(note).observe(document, options)
}
