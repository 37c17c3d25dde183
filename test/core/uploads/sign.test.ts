import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Destination } from '../../../electron/contract/commands/destinations.ts'
import { lifeSeconds } from '../../../electron/core/uploads/sign.ts'
import { CoreHarness, checksumOf, PART, someBytes, statusOf } from '../../fakes/core-harness.ts'
import { TYPED_KEYS } from '../../fakes/typed-keys.ts'

const HOUR = 3_600_000
const CHECKSUM = await checksumOf('crc64nvme', someBytes(5))

let harness: CoreHarness
let local: Destination

beforeEach(async () => {
  harness = await CoreHarness.start()
  local = await harness.must('openLocalBucket', {})
})

afterEach(() => harness.close())

async function signedSingle(name = 'a.txt') {
  const { uploadId } = await harness.queueBytes(local, name, someBytes(5))
  await harness.prepared(uploadId)
  return harness.only(await harness.sign(uploadId, someBytes(5), [1]))
}

describe('a signed PUT of a whole file', () => {
  it('carries type and token as signed headers and neither of them in the URL', async () => {
    const { url, headers } = await signedSingle()

    const query = new URL(url).searchParams
    expect(query.get('X-Amz-SignedHeaders')).toBe(
      'content-type;host;if-none-match;x-amz-checksum-crc64nvme;x-amz-meta-ferry-upload',
    )
    expect([...query.keys()].join()).not.toMatch(/meta|checksum/i)
    expect(headers).toEqual({
      'content-type': 'text/plain',
      'if-none-match': '*',
      'x-amz-checksum-crc64nvme': CHECKSUM,
      'x-amz-meta-ferry-upload': expect.stringMatching(/^[0-9a-f]{32}$/),
    })
  })

  it.each([
    ['another type', { 'content-type': 'text/html' }],
    ['another checksum', { 'x-amz-checksum-crc64nvme': 'AAAAAAAAAAA=' }],
    ['another token', { 'x-amz-meta-ferry-upload': 'forged' }],
    ['a header that was not signed', { 'x-amz-acl': 'public-read' }],
  ])('is refused by the store with %s', async (_what, change) => {
    const { url, headers } = await signedSingle()

    const sent = { ...headers, ...change }
    const answer = await fetch(url, { method: 'PUT', body: 'hello', headers: sent })

    expect(answer.status).toBe(403)
  })

  it('is refused for another key, another method and another bucket', async () => {
    const { url, headers } = await signedSingle()
    const other = url.replace('a.txt', 'b.txt')
    const elsewhere = url.replace(`/${local.bucket}/`, '/elsewhere/')

    const statuses = await Promise.all(
      [
        fetch(other, { method: 'PUT', body: 'hello', headers }),
        fetch(url, { method: 'DELETE', headers }),
        fetch(url),
        fetch(elsewhere, { method: 'PUT', body: 'hello', headers }),
      ].map(async (answer) => (await answer).status),
    )

    expect(statuses.every((status) => status >= 400)).toBe(true)
  })
})

describe('a signed PUT of a part', () => {
  it('signs the host and the checksum, since the page sends nothing else', async () => {
    const { uploadId } = await harness.queueBytes(local, 'a.bin', someBytes(PART + 1))
    await harness.prepared(uploadId, PART)

    const parts = [2, 1, 2].map((partNumber) => ({ partNumber, checksum: CHECKSUM }))
    const signed = await harness.must('signParts', { uploadId, parts })

    expect(signed.map((part) => part.partNumber)).toEqual([2, 1])
    for (const { url, headers } of signed) {
      const query = new URL(url).searchParams
      expect(query.get('X-Amz-SignedHeaders')).toBe('host;x-amz-checksum-crc64nvme')
      expect([...query.keys()].join()).not.toMatch(/checksum/i)
      expect(headers).toEqual({ 'x-amz-checksum-crc64nvme': CHECKSUM })
    }
  })

  it('is valid as long as its part may take to begin, at least a quarter of an hour', () => {
    expect(lifeSeconds(0)).toBe(900)
    expect(lifeSeconds(16 * 1024 * 900)).toBe(900)
    expect(lifeSeconds(16 * 1024 * 1000)).toBe(1000)
    expect(lifeSeconds(5 * 1024 ** 3)).toBe(3600)
  })

  it('states correctly when it expires', async () => {
    const before = Math.floor(Date.now() / 1000) * 1000

    const { url, expiresAtMs } = await signedSingle()

    const life = Number(new URL(url).searchParams.get('X-Amz-Expires'))
    expect(expiresAtMs).toBeGreaterThanOrEqual(before + life * 1000)
    expect(expiresAtMs).toBeLessThanOrEqual(Date.now() + life * 1000)
  })

  it('is signed in batches of five hundred', async () => {
    const source = await harness.registerFacts('a.bin', 500 * PART)
    const { uploadId } = await harness.queue(local, source)
    await harness.prepared(uploadId, PART)
    const parts = Array.from({ length: 500 }, (_, index) => ({
      partNumber: index + 1,
      checksum: CHECKSUM,
    }))

    const signed = await harness.must('signParts', { uploadId, parts })

    expect(new Set(signed.map((part) => part.url)).size).toBe(500)
  })
})

describe('a clock that is wrong by hours', () => {
  it("is corrected by the store's answers, for control requests, parts and links alike", async () => {
    // The store's clock is right. The second Ferry's computer is three hours behind.
    const lagMs = 3 * HOUR
    const elsewhere = await CoreHarness.start({ now: () => Date.now() - lagMs })
    try {
      const { destination } = await elsewhere.must('saveDestination', {
        ...TYPED_KEYS,
        destinationId: null,
        name: 'far',
        provider: 'other',
        endpoint: local.endpoint,
        region: local.region,
        bucket: local.bucket,
        prefix: '',
        pathStyle: true,
        ...harness.localKeys(),
        sessionToken: '',
        keepSecret: false,
      })
      const { uploadId } = await elsewhere.queueBytes(destination, 'a.txt', someBytes(5))
      await elsewhere.prepared(uploadId)
      await elsewhere.send(uploadId, someBytes(5), [1])
      const done = await elsewhere.must('completeUpload', { uploadId })

      expect((await fetch(done.link?.url ?? '')).status).toBe(200)
      // By this computer's clock, which the window uses to judge whether the link is still valid.
      const life = (done.link?.expiresAtMs ?? 0) - (Date.now() - lagMs)
      expect(Math.abs(life - local.linkSeconds * 1000)).toBeLessThan(10_000)
    } finally {
      await elsewhere.close()
    }
  })
})

describe('a share link', () => {
  async function finished(name = 'a.txt') {
    const { uploadId } = await harness.queueBytes(local, name, someBytes(5))
    await harness.prepared(uploadId)
    await harness.send(uploadId, someBytes(5), [1])
    return harness.must('completeUpload', { uploadId })
  }

  it('is valid for a day unless the user chooses otherwise', async () => {
    const first = await finished('a.txt')
    const { destinationId } = local
    await harness.must('setLinkLife', { destinationId, linkSeconds: 60 })
    const second = await finished('b.txt')

    const seconds = (link: typeof first.link) =>
      link === null ? 0 : (link.expiresAtMs - link.createdAtMs) / 1000
    expect(seconds(first.link)).toBe(24 * 3600)
    expect(seconds(second.link)).toBe(60)
    expect(new URL(second.link?.url ?? '').searchParams.get('X-Amz-Expires')).toBe('60')
  })

  it('is still listed after a restart, and still opens', async () => {
    const { uploadId, link } = await finished()

    harness = await harness.restart()

    const again = (await harness.record(uploadId)).link
    expect(again).toEqual(link)
    expect(await statusOf(again?.url ?? '')).toBe(200)
  })

  it('is replaced by a new one once it has expired', async () => {
    const { uploadId, link } = await finished()

    const made = await harness.must('createShareLink', { uploadId, linkSeconds: 604_800 })

    expect(made.expiresAtMs - made.createdAtMs).toBe(604_800_000)
    expect(made.url).not.toBe(link?.url)
    expect((await harness.record(uploadId)).link).toEqual(made)
    expect((await fetch(made.url)).status).toBe(200)
  })

  it('is refused once the object is gone, and before it exists', async () => {
    const { uploadId, key } = await finished()
    const waiting = await harness.queueBytes(local, 'b', someBytes(1))
    await harness.deleteObject(local, key)

    const gone = await harness.ask('createShareLink', { uploadId, linkSeconds: null })
    const early = await harness.ask('createShareLink', {
      uploadId: waiting.uploadId,
      linkSeconds: null,
    })

    expect(gone).toEqual({
      ok: false,
      failure: { kind: 'store-refused', status: 404, code: 'NoSuchKey' },
    })
    expect(early).toEqual({ ok: false, failure: { kind: 'wrong-state' } })
  })

  it('is the only kind of URL that Ferry accepts as one', async () => {
    const { link } = await finished()
    const url = link?.url ?? ''

    expect(harness.core.mayOpen(url)).toBe(true)
    expect(harness.core.mayOpen(`${url}&x=1`)).toBe(false)
    expect(harness.core.mayOpen('https://example.org/')).toBe(false)
    expect(harness.core.mayOpen('')).toBe(false)
  })

  it('goes to the clipboard where the host has one', async () => {
    const { uploadId, link } = await finished()

    expect(await harness.must('copyShareLink', { uploadId })).toEqual({ isCopied: true })
    expect(harness.heard.copied).toEqual([link?.url])
  })
})

describe('the log', () => {
  it('contains no secret and no signature after all of this', async () => {
    const { uploadId } = await harness.queueBytes(local, 'a.txt', someBytes(5))
    await harness.prepared(uploadId)
    await harness.send(uploadId, someBytes(5), [1])
    const { link } = await harness.must('completeUpload', { uploadId })
    // A bug whose text quotes everything it knows.
    const { secretAccessKey } = harness.localKeys()
    harness.ports.log.error({ secretAccessKey, url: link?.url }, `failed at ${link?.url}`)

    expect(harness.heard.log).not.toContain(secretAccessKey)
    expect(harness.heard.log).not.toContain('X-Amz-Signature')
  })
})
