import { join } from 'node:path'
import { beforeAll } from 'vitest'
import { launchChromium } from '../../scripts/chromium.ts'
import { behindProxy } from '../faults/behind-proxy.ts'
import { type FaultProxy, startFaultProxy } from '../faults/fault-proxy.ts'
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
import { Store } from './store.ts'

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
  // Time passes as always, until a test lets more of it pass.
  await context.clock.install()
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
  /** Waits until the row says this, from its first word on. */
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
    untilSaid: (said) => page.row(name).locator('.row-status').filter({ hasText: said }).waitFor(),
    until: (word) => page.untilStatus(name, word),
    isSameWhenDone: async () => {
      await page.untilStatus(name, 'Done')
      return (await download(await page.link(name))).sha256 === sha256
    },
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
