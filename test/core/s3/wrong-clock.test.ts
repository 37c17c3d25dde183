import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Destination } from '../../../electron/contract/commands/destinations.ts'
import type { StoreHttp } from '../../../electron/core/s3/http/network-ports.ts'
import { CoreHarness, PART, someBytes } from '../../fakes/core-harness.ts'
import { FaultyHttp, type StoreRequest } from '../../fakes/faulty-http.ts'
import { keyIdOf, TYPED_KEYS } from '../../fakes/typed-keys.ts'
import { type TemporaryBucket, temporaryBucket } from '../../local-bucket/temporary-bucket.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

let bucket: TemporaryBucket
let http: FaultyHttp
let harness: CoreHarness
let destination: Destination
/** How far this computer's clock is ahead of the store's. */
let aheadMs: number
/** How far ahead of the store's time each request was signed. */
let signedAheadMs: number[] = []

/** Reads the signing time of each request as it leaves. */
const watched: StoreHttp = (options) => {
  const inner = http.storeHttp(options) as { handle: (request: Signed, more: unknown) => unknown }
  return {
    ...inner,
    handle: (request: Signed, more: unknown) => {
      signedAheadMs.push(msOfAmzDate(request.headers['x-amz-date'] ?? '') - Date.now())
      return inner.handle(request, more)
    },
  }
}

type Signed = StoreRequest & { readonly headers: Readonly<Record<string, string>> }

beforeEach(async () => {
  aheadMs = 0
  bucket = await temporaryBucket()
  http = new FaultyHttp()
  harness = await CoreHarness.start({ storeHttp: watched, now: () => Date.now() + aheadMs })
  const { endpoint, region, bucket: name, accessKeyId, secretAccessKey } = bucket.bucket
  const saved = await harness.must('saveDestination', {
    ...TYPED_KEYS,
    ...{ destinationId: null, name: '', provider: 'other', prefix: '', pathStyle: true },
    ...{ endpoint, region, bucket: name, accessKeyId, secretAccessKey },
    ...{ sessionToken: '', keepSecret: false },
  })
  destination = saved.destination
  // Saving asks for the region, before the clock is set wrong.
  signedAheadMs = []
})

afterEach(async () => {
  await harness.close()
  await bucket.discard()
})

const bytes = someBytes(2 * PART)

async function prepared(name = 'a.bin') {
  const { uploadId } = await harness.queueBytes(destination, name, bytes)
  await harness.prepared(uploadId, PART)
  return uploadId
}

async function uploaded(name: string): Promise<string> {
  const uploadId = await prepared(name)
  await harness.send(uploadId, bytes, [1, 2])
  return (await harness.must('completeUpload', { uploadId })).status.phase
}

const troubles = async () => (await harness.must('describeHost', {})).troubles

describe('a wrong clock', () => {
  it.each([
    ['3 hours ahead', 3 * HOUR_MS],
    ['3 hours behind', -3 * HOUR_MS],
    ['40 days ahead', 40 * DAY_MS],
    ['40 days behind', -40 * DAY_MS],
  ])('%s does not keep an upload from the store', async (_, ms) => {
    aheadMs = ms

    expect(await uploaded('a.bin')).toBe('done')
  })

  it('is corrected for every request after the first answer', async () => {
    aheadMs = 3 * HOUR_MS
    await uploaded('a.bin')

    const [first = 0, ...later] = signedAheadMs
    expect(first).toBeGreaterThan(2 * HOUR_MS)
    expect(later.length).toBeGreaterThan(5)
    expect(later.filter((each) => Math.abs(each) > 60_000)).toEqual([])
  })

  it("does not stop an upload if the store's refusal has no body", async () => {
    await uploaded('a.bin')
    aheadMs = 3 * HOUR_MS
    harness = await harness.restart({ storeHttp: http.storeHttp, now: harness.ports.now })
    await harness.must('saveDestination', {
      ...TYPED_KEYS,
      ...{ destinationId: destination.destinationId, name: '', provider: 'other', prefix: '' },
      ...{ endpoint: destination.endpoint, region: destination.region, pathStyle: true },
      ...{ bucket: destination.bucket, accessKeyId: keyIdOf(destination) },
      ...{ secretAccessKey: bucket.bucket.secretAccessKey, sessionToken: '', keepSecret: false },
    })
    const asked = http.asked.length

    const phase = await uploaded('b.bin')

    // It reports the refusal of a HEAD by the status alone.
    expect(http.asked.slice(asked, asked + 2)).toEqual(['head', 'head'])
    expect(phase).toBe('done')
  })

  it('costs one refused request, and none after it', async () => {
    aheadMs = 3 * HOUR_MS
    await uploaded('a.bin')
    const first = http.asked.length
    await uploaded('b.bin')
    const second = http.asked.length - first
    aheadMs = 0
    await uploaded('c.bin')
    const third = http.asked.length - first - second
    await uploaded('d.bin')

    expect(http.asked.length - first - second - third).toBe(second)
  })

  it.each([
    ['back from 40 days ahead', 40 * DAY_MS, 0],
    ['forward from 40 days behind', -40 * DAY_MS, 0],
    ['from 3 hours ahead to 3 hours behind', 3 * HOUR_MS, -3 * HOUR_MS],
  ])('that is set %s in the middle of an upload does not stop it', async (_, before, after) => {
    aheadMs = before
    const uploadId = await prepared()
    await harness.send(uploadId, bytes, [1])

    aheadMs = after
    await harness.send(uploadId, bytes, [2])
    const done = await harness.must('completeUpload', { uploadId })

    expect(done.status.phase).toBe('done')
  })
})

describe('a share link signed on a computer with a wrong clock', () => {
  it.each([
    ['3 hours ahead', 3 * HOUR_MS],
    ['20 minutes ahead', 20 * 60_000],
    ['3 hours behind', -3 * HOUR_MS],
    ['2 days behind', -2 * DAY_MS],
  ])("(%s) uses the store's time, and opens", async (_, ms) => {
    aheadMs = ms
    const uploadId = await prepared()
    await harness.send(uploadId, bytes, [1, 2])
    await harness.must('completeUpload', { uploadId })
    const startedMs = Date.now()

    const link = await harness.must('createShareLink', { uploadId, linkSeconds: 3600 })
    const signedAtMs = signedAt(link.url)
    const answer = await fetch(link.url)

    // The store counts whole seconds, and so does a signature.
    expect(Math.abs(signedAtMs - startedMs)).toBeLessThan(60_000)
    expect(answer.status).toBe(200)
    expect((await answer.arrayBuffer()).byteLength).toBe(bytes.length)
    expect(link.expiresAtMs - harness.ports.now()).toBeGreaterThan(3_500_000)
  })
})

function signedAt(url: string): number {
  return msOfAmzDate(new URL(url).searchParams.get('X-Amz-Date') ?? '')
}

function msOfAmzDate(date: string): number {
  return Date.parse(date.replace(/^(....)(..)(..T..)(..)(..Z)$/, '$1-$2-$3:$4:$5'))
}

describe('a clock that is wrong by days', () => {
  it('is reported once, with the time at the store', async () => {
    aheadMs = 40 * DAY_MS
    const before = Date.now()
    await uploaded('a.bin')

    const reported = await troubles()
    const at = reported.flatMap((each) => (each.kind === 'clock-off' ? [each.storeTimeMs] : []))
    expect(reported).toHaveLength(1)
    // The store counts whole seconds.
    expect(at[0]).toBeGreaterThan(before - 2000)
    expect(at[0]).toBeLessThan(Date.now() + 2000)
    expect(harness.heard.of('troublesChanged')).toEqual([{ troubles: reported }])
  })

  it('is no longer reported once it is set right', async () => {
    aheadMs = -40 * DAY_MS
    const uploadId = await prepared()

    aheadMs = 0
    await harness.send(uploadId, bytes, [1])

    expect(await troubles()).toEqual([])
    expect(harness.heard.of('troublesChanged')).toHaveLength(2)
  })

  it('is different from a clock that is wrong by hours', async () => {
    aheadMs = 3 * HOUR_MS
    await uploaded('a.bin')

    expect(await troubles()).toEqual([])
  })
})
