import { onTestFinished } from 'vitest'
import { type FaultProxy, type SeenRequest, startFaultProxy } from '../faults/fault-proxy.ts'
import { type BucketAccess, type RunningBucket, startBucket, temporaryFolder } from './ferry.ts'
import { localBucketAccess, Store } from './store.ts'
import { type OpenFerry, openFerry } from './worlds/world.ts'

export const MIB = 1024 * 1024

/** Ferry at its first start, past the welcome: the bucket on this computer is chosen. */
export async function freshFerry() {
  const ferry = await openFerry()
  const { page } = ferry
  await page.tryLocalBucket()
  const store = new Store(await localBucketAccess(ferry.dataFolder))
  return { ferry, page, store, folder: await temporaryFolder() }
}

/** The same with a fault proxy between the page and the bucket. */
export async function ferryBehindProxy() {
  const proxy = await startProxy()
  const ferry = await openFerry({ proxy })
  const { page } = ferry
  await page.tryLocalBucket()
  const store = new Store(await localBucketAccess(ferry.dataFolder))
  return { ferry, proxy, page, store, folder: await temporaryFolder() }
}

/** Ferry with a bucket that is a process of its own, so that each can go without the other. */
export async function ferryWithOwnBucket() {
  const proxy = await startProxy()
  const ferry = await openFerry({ proxy })
  const { page } = ferry
  const bucketFolder = await temporaryFolder()
  const bucket = await startBucket({ folder: bucketFolder, allowedOrigin: ferry.corsOrigin })
  await page.connect(bucket)
  const store = new Store(bucket)
  const folder = await temporaryFolder()
  return { ferry, proxy, page, bucket, bucketFolder, store, folder }
}

/** The bucket's process died; it comes back where it was. */
export function restartBucket(
  bucket: RunningBucket,
  folder: string,
  { corsOrigin }: Pick<OpenFerry, 'corsOrigin'>,
): Promise<RunningBucket> {
  return startBucket({ folder, port: portOf(bucket), allowedOrigin: corsOrigin })
}

function portOf({ endpoint }: BucketAccess): number {
  return Number(new URL(endpoint).port)
}

export async function startProxy(): Promise<FaultProxy> {
  const proxy = await startFaultProxy()
  onTestFinished(proxy.close)
  return proxy
}

/** The host sends parts, too, when it finds out what the store checks. */
function isPartOfPage({ operation, from }: SeenRequest): boolean {
  return operation === 'UploadPart' && from === 'page'
}

export interface Gate {
  readonly open: () => void
}

/** Lets the first `passing` parts through and holds the others until the gate is opened. */
export function holdPartsAfter(proxy: FaultProxy, passing: number): Gate {
  const opened = Promise.withResolvers<void>()
  proxy.setRule(async (request) => {
    if (isPartOfPage(request) && (request.partNumber ?? 0) > passing) await opened.promise
    return { kind: 'pass' }
  })
  return { open: opened.resolve }
}

/** Resolves when the store has answered for each of the first parts. */
export async function untilPartsHeld(proxy: FaultProxy, count: number): Promise<void> {
  await proxy.until((seen) => {
    const landed = new Set(landedParts(seen))
    return Array.from({ length: count }, (_, index) => index + 1).every((part) => landed.has(part))
  })
}

/** The number of each part that the store took, as often as it took it. */
export function landedParts(seen: readonly SeenRequest[]): number[] {
  return seen
    .filter((request) => isPartOfPage(request) && request.status === 200)
    .flatMap(({ partNumber }) => (partNumber === null ? [] : [partNumber]))
    .sort((left, right) => left - right)
}

/**
 * How often each of the first parts was sent. Of later ones it cannot be told: what is given up
 * while it travels may arrive all the same, and then needs no second journey.
 */
export function timesSent(seen: readonly SeenRequest[], firstParts: number): number[] {
  return Array.from(
    { length: firstParts },
    (_, index) =>
      seen.filter((request) => isPartOfPage(request) && request.partNumber === index + 1).length,
  )
}
