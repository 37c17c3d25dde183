import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeAll } from 'vitest'
import { launchChromium } from '../../scripts/chromium.ts'
import { behindProxy } from '../faults/behind-proxy.ts'
import { type FaultProxy, startFaultProxy } from '../faults/fault-proxy.ts'
import { FAST_LINK } from '../faults/link.ts'
import type { Operation, SeenRequest } from '../faults/seen-request.ts'
import { PASS, type Verdict } from '../faults/verdict.ts'
import {
  type Ferry,
  type RunningBucket,
  startBucket,
  startFerry,
  temporaryFolder,
  type WhenOver,
} from './ferry.ts'
import { FerryPage, type StatusWord } from './ferry-page.ts'
import { download, writeRandomFile } from './files.ts'
import { landedParts, MIB } from './fresh-ferry.ts'
import { noteWhatRowsSay } from './row-sayings.ts'
import { Store } from './store.ts'

const SAID_MS = 20_000

/** Page and host, and between them and a bucket of its own the proxy. */
export interface FaultWorld {
  readonly ferry: Ferry
  readonly proxy: FaultProxy
  readonly page: FerryPage
  readonly bucket: RunningBucket
  readonly bucketFolder: string
  /** Asked past the proxy. */
  readonly store: Store
  readonly folder: string
}

/** One world for all tests of a file, which tell their uploads apart by name. */
export function sharedFaultWorld(): () => FaultWorld {
  const ends: (() => Promise<void> | void)[] = []
  const started: { world?: FaultWorld } = {}
  beforeAll(async () => {
    started.world = await startFaultWorld((end) => {
      ends.unshift(end)
    })
    return async () => {
      for (const end of ends) await end()
    }
  })
  afterEach(async ({ task }) => {
    if (started.world === undefined) return
    const { proxy, page } = started.world
    proxy.setRule(() => PASS)
    proxy.setLink(FAST_LINK)
    if (task.result?.state !== 'fail') return
    // What a test that failed left as it was is no matter of the next ones: a dialog, a dead line.
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
  const bucketFolder = await temporaryFolder(whenOver)
  const allowedOrigin = `http://127.0.0.1:${ferry.port}`
  const bucket = await startBucket({ folder: bucketFolder, allowedOrigin, whenOver })
  const browser = await launchChromium({
    args: [
      `--proxy-server=${proxy.address}`,
      `--proxy-bypass-list=<-loopback>;127.0.0.1:${ferry.port}`,
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
  return { ferry, proxy, page, bucket, bucketFolder, store, folder }
}

export interface Journey {
  readonly name: string
  readonly path: string
  readonly sha256: string
  /** What the proxy saw of this file, without preflights. */
  readonly seen: (operation: Operation) => readonly SeenRequest[]
  /** Waits until the row has said this, from its first word on, for however short a moment. */
  readonly untilSaid: (said: RegExp) => Promise<void>
  readonly until: (word: StatusWord) => Promise<void>
  /** Waits for the end, and answers whether the object is the file. */
  readonly isSameWhenDone: () => Promise<boolean>
}

/** Drops a new file of that length on the window. */
export async function beginJourney(
  { page, proxy, folder }: FaultWorld,
  name: string,
  byteLength: number,
): Promise<Journey> {
  const path = join(folder, name)
  const sha256 = await writeRandomFile(path, byteLength)
  await page.drop([path])
  return {
    name,
    path,
    sha256,
    seen: (operation) =>
      proxy.seen.filter((each) => isOf(each, name) && each.operation === operation),
    untilSaid: (said) => untilSaid(page, name, said),
    until: (word) => page.untilStatus(name, word),
    isSameWhenDone: async () => {
      await page.untilStatus(name, 'Done')
      return (await download(await page.link(name))).sha256 === sha256
    },
  }
}

async function untilSaid({ page }: FerryPage, name: string, said: RegExp): Promise<void> {
  const deadlineMs = performance.now() + SAID_MS
  for (;;) {
    const texts = await page.evaluate((row) => window.ferrySaid?.get(row) ?? [], name)
    if (texts.some((text) => said.test(text))) return
    if (performance.now() > deadlineMs) {
      throw new Error(`"${name}" did not say ${said}, but: ${texts.join(' | ')}`)
    }
    await delay(20)
  }
}

/** The shortest file that is sent in parts: of 16, 16 and 1 MiB. */
export const IN_PARTS_BYTES = 33 * MIB

/** How often each of its parts was sent, and what the store took of it. */
export function partsOf(journey: Journey) {
  const seen = journey.seen('UploadPart')
  const sends = [1, 2, 3].map((part) => seen.filter((each) => each.partNumber === part).length)
  return { sends, landed: landedParts(seen) }
}

export interface Lasting {
  readonly lift: () => void
}

/** From now on, until it is lifted, every such request for this file meets the fault. */
export function faultLasting(
  proxy: FaultProxy,
  name: string,
  operation: Operation,
  verdict: Verdict,
): Lasting {
  let current = verdict
  proxy.setRule((request) =>
    isOf(request, name) && request.operation === operation ? current : PASS,
  )
  return {
    lift: () => {
      current = PASS
    },
  }
}

/** Each such request for this file meets the next of these; after them everything passes. */
export function faultsInTurn(
  proxy: FaultProxy,
  name: string,
  operation: Operation,
  verdicts: readonly Verdict[],
): void {
  const left = [...verdicts]
  proxy.setRule((request) =>
    isOf(request, name) && request.operation === operation ? (left.shift() ?? PASS) : PASS,
  )
}

/** The faults that the requests met, in order; null: none. */
export function faultsOf(seen: readonly SeenRequest[]): (string | null)[] {
  return seen.map(({ fault }) => fault)
}

function isOf({ path }: SeenRequest, name: string): boolean {
  return decodeURIComponent(path).endsWith(`/${name}`)
}

/** A part of this file, or one of all its parts. */
export function isPart(request: SeenRequest, name: string, partNumber?: number): boolean {
  const isAsked = partNumber === undefined || request.partNumber === partNumber
  return request.operation === 'UploadPart' && isOf(request, name) && isAsked
}
