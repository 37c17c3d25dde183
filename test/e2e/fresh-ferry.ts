import { onTestFinished } from 'vitest'
import { type FaultProxy, type SeenRequest, startFaultProxy } from '../faults/fault-proxy.ts'
import { type BucketAccess, type RunningBucket, startBucket, temporaryFolder } from './ferry.ts'
import { localBucketAccess, Store } from './store.ts'
import { type OpenFerry, openFerry } from './worlds/world.ts'

export const MIB = 1024 * 1024

/** Ferry after its first start: the welcome is over, and the bucket on this computer is chosen. */
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

/** Ferry with a bucket in a separate process, so that each can be stopped without the other. */
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

/** Restarts the bucket's process at the same address. */
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

/** The host sends parts, too, in its integrity probe. */
function isPartOfPage({ operation, from }: SeenRequest): boolean {
  return operation === 'UploadPart' && from === 'page'
}

export interface Gate {
  readonly open: () => void
}

/** Lets the first `passing` parts through and delays the others until the gate is opened. */
export function holdPartsAfter(proxy: FaultProxy, passing: number): Gate {
  const opened = Promise.withResolvers<void>()
  proxy.setRule(async (request) => {
    if (isPartOfPage(request) && (request.partNumber ?? 0) > passing) await opened.promise
    return { kind: 'pass' }
  })
  return { open: opened.resolve }
}

/** Resolves when the store has answered the first `count` parts. */
export async function untilPartsHeld(proxy: FaultProxy, count: number): Promise<void> {
  await proxy.until((seen) => {
    const acknowledged = new Set(landedParts(seen))
    return Array.from({ length: count }, (_, index) => index + 1).every((part) =>
      acknowledged.has(part),
    )
  })
}

/** The numbers of the acknowledged parts, once for each time. */
export function landedParts(seen: readonly SeenRequest[]): number[] {
  return seen
    .filter((request) => isPartOfPage(request) && request.status === 200)
    .flatMap(({ partNumber }) => (partNumber === null ? [] : [partNumber]))
    .sort((left, right) => left - right)
}

/**
 * How often each of the first parts was sent. For later ones it is not defined: a request that is
 * aborted may reach the store all the same, and is then not sent again.
 */
export function timesSent(seen: readonly SeenRequest[], firstParts: number): number[] {
  return Array.from(
    { length: firstParts },
    (_, index) =>
      seen.filter((request) => isPartOfPage(request) && request.partNumber === index + 1).length,
  )
}
