import { createHash } from 'node:crypto'
import { rm, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ConsoleMessage, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { AdaptersPage } from '../../port-contracts/adapters-page.ts'
import {
  type AnsweringStore,
  type PageOnlyAnswer,
  startAnsweringStore,
} from '../../port-contracts/answering-store.ts'
import type { AbortMoment, PutBody } from '../../port-contracts/page/page.ts'
import {
  type PutReport,
  partTransportContract,
  type StoreAnswer,
} from '../../port-contracts/part-transport-contract.ts'

let adapters: AdaptersPage
let page: Page
let store: AnsweringStore
let storeOrigins: readonly string[] = []

beforeAll(async () => {
  adapters = await AdaptersPage.open()
  const { server, token } = await adapters.serve({}, { storeOrigins: () => storeOrigins })
  page = await adapters.page(`${server.origin}/#${token}`)
  await page.evaluate(() => window.adapters.connect().then(() => undefined))
})
afterAll(() => adapters.close())

beforeEach(async () => {
  store = await startAnsweringStore()
  storeOrigins = [store.origin]
  return () => store.close()
})

async function put(
  answer: StoreAnswer | PageOnlyAnswer | 'elsewhere',
  body: PutBody,
  when: AbortMoment = 'never',
  headers: Record<string, string> = {},
  query = '',
  signed = ['host', ...Object.keys(headers)].join(';').toLowerCase(),
): Promise<PutReport> {
  const url = `${store.origin}/${answer}/object?${query}&${signature(signed)}`
  const part = { partNumber: 1, url, headers, expiresAtMs: 0, bucket: 'files', isLocal: false }
  const putting = page.evaluate(
    ([thePart, theBody, theMoment]) => window.adapters.put(thePart, theBody, theMoment),
    [part, body, when] as const,
  )
  if (when === 'when-asked') {
    await store.hasSwallowed()
    await page.evaluate(() => window.abortPut())
  }
  return putting
}

function signature(signedHeaders: string): string {
  return `X-Amz-SignedHeaders=${encodeURIComponent(signedHeaders)}&X-Amz-Signature=abc`
}

describe('the worker that sends parts, in Chromium', () => {
  partTransportContract(() => ({
    put: (answer, byteLength, abort) => put(answer, { byteLength }, abort),
  }))

  it('sends the signed headers and no Content-Type of its own', async () => {
    await put('stored', { byteLength: 5 }, 'never', { 'x-amz-meta-ferry-upload': 'token' })

    expect(store.received).toMatchObject([
      { byteLength: 5, headers: { 'x-amz-meta-ferry-upload': 'token', 'content-length': '5' } },
    ])
    expect(store.received[0]?.headers).not.toHaveProperty('content-type')
  })

  it('sends no Content-Type just because the body has one', async () => {
    await put('stored', { byteLength: 5, type: 'text/html' })

    expect(store.received).toMatchObject([{ byteLength: 5 }])
    expect(store.received[0]?.headers).not.toHaveProperty('content-type')
  })

  it('sends no header that was not signed, and says that this is a bug', async () => {
    const { outcome } = await put(
      'stored',
      { byteLength: 5 },
      'never',
      {
        'x-amz-acl': 'public-read',
      },
      '',
      'host',
    )

    const reference = 'put: a header that was not signed'
    expect(outcome).toEqual({ ok: false, failure: { kind: 'internal', reference } })
    expect(store.received).toEqual([])
  })

  it('survives a header that cannot be sent, and so do the other parts', async () => {
    const impossible = await put('stored', { byteLength: 5 }, 'never', { 'x-amz-meta-a': 'a\nb' })
    const next = await put('stored', { byteLength: 5 })

    const reference = 'put: something that cannot be sent'
    expect(impossible.outcome).toEqual({ ok: false, failure: { kind: 'internal', reference } })
    expect(next.outcome).toMatchObject({ ok: true })
    expect(store.received).toHaveLength(1)
  })

  it('sends the Content-Type that was signed', async () => {
    await put('stored', { byteLength: 5 }, 'never', { 'Content-Type': 'text/x-ferry' })

    expect(store.received[0]?.headers['content-type']).toBe('text/x-ferry')
  })

  it.each(['created', 'accepted'] as const)('accepts every success status: %s', async (answer) => {
    const { outcome } = await put(answer, { byteLength: 5 })

    expect(outcome).toEqual({ ok: true, value: { etag: expect.stringMatching(/^".+"$/) } })
  })

  it.each<[PageOnlyAnswer, string, object]>([
    [
      'no-bucket',
      '',
      { kind: 'bucket-missing', bucket: 'files', answer: { code: 'NoSuchBucket' } },
    ],
    ['no-key', 'uploadId=u1', { kind: 'upload-gone', answer: { code: 'NoSuchKey' } }],
    ['no-key', '', { kind: 'store-refused', status: 404, code: 'NoSuchKey' }],
    ['no-upload-told-by-nothing', 'uploadId=u1', { kind: 'store-refused', status: 404, code: '' }],
    ['page-404', 'uploadId=u1', { kind: 'proxy-refused', status: 404 }],
    ['page-413', '', { kind: 'request-too-large', limitBytes: null }],
    ['quota', '', { kind: 'quota-exceeded', of: 'unknown', answer: { requestId: 'tx01' } }],
    ['full', '', { kind: 'store-full', answer: { status: 507 } }],
    ['other-signature', '', { kind: 'credentials-rejected' }],
  ])('reports %s of %j correctly', async (answer, query, failure) => {
    const { outcome } = await put(answer, { byteLength: 5 }, 'never', {}, query)

    expect(outcome).toMatchObject({ ok: false, failure })
  })

  it('treats a redirect to another destination as a failure, whatever is answered there', async () => {
    const other = await startAnsweringStore()
    onTestFinished(other.close)
    storeOrigins = [store.origin, other.origin]
    store.redirectTo(other.origin)

    const { outcome } = await put('elsewhere', { byteLength: 5 })

    expect(outcome).toEqual({ ok: false, failure: { kind: 'redirected', to: other.origin } })
  })

  it('treats a redirect to anywhere else as a failure, and no byte arrives there', async () => {
    const other = await startAnsweringStore()
    onTestFinished(other.close)
    store.redirectTo(other.origin)

    const { outcome } = await put('elsewhere', { byteLength: 5 })

    expect(outcome).toEqual({ ok: false, failure: { kind: 'redirected', to: null } })
    expect(other.received).toEqual([])
  })

  it('attributes a full disk to this computer only for the bucket on it', async () => {
    const url = `${store.origin}/full/object?${signature('host')}`
    const part = {
      ...{ partNumber: 1, url, headers: {}, expiresAtMs: 0 },
      ...{ bucket: 'ferry', isLocal: true },
    }

    const { outcome } = await page.evaluate(
      (local) => window.adapters.put(local, { byteLength: 5 }, 'never'),
      part,
    )

    expect(outcome).toMatchObject({
      ok: false,
      failure: { kind: 'disk-full', where: 'local-bucket' },
    })
  })

  it('asks for no header that CORS hides, because the console would complain', async () => {
    const complaints: string[] = []
    const listen = (message: ConsoleMessage) => {
      if (message.text().includes('unsafe header')) complaints.push(message.text())
    }
    page.on('console', listen)

    await put('quota', { byteLength: 5 })

    page.off('console', listen)
    expect(complaints).toEqual([])
  })

  it('reports "no response" if nothing listens', async () => {
    await store.close()

    const { outcome } = await put('stored', { byteLength: 5 })

    expect(outcome).toEqual({ ok: false, failure: { kind: 'no-response' } })
  })
})

describe('a file in Chromium', () => {
  const text = 'The quick brown fox jumps over the lazy dog'
  let path = ''

  beforeEach(async () => {
    path = join(adapters.folder, 'fox.txt')
    await writeFile(path, text)
    await utimes(path, 1_700_000_000, 1_700_000_000)
    await page.reload()
    await page.waitForFunction(() => 'adapters' in window)
    await page.getByLabel('Files').setInputFiles([path])
  })

  const read = (start: number, end: number) =>
    page.evaluate(([from, to]) => window.adapters.read(0, from, to), [start, end] as const)

  const check = () => page.evaluate(() => window.adapters.check(0))

  it('is read in slices without a type', async () => {
    const first = await read(0, 9)
    const second = await read(9, text.length)

    expect(first).toEqual({ ok: true, value: { text: 'The quick', type: '' } })
    expect(second).toEqual({ ok: true, value: { text: text.slice(9), type: '' } })
  })

  it('arrives unchanged', async () => {
    await read(0, text.length)

    const { outcome } = await put('stored', 'last-read')

    expect(outcome).toMatchObject({ ok: true })
    expect(store.received[0]?.sha256).toBe(createHash('sha256').update(text).digest('hex'))
  })

  it('has changed if its time has', async () => {
    await read(0, 9)
    await utimes(path, 1_700_000_100, 1_700_000_100)

    const outcome = await check()

    expect(outcome).toEqual({ ok: false, failure: { kind: 'source-changed' } })
  })

  it('has changed when it changes between reading and sending', async () => {
    await read(0, 9)
    await writeFile(path, `${text}!`)

    const { outcome } = await put('stored', 'last-read')

    expect(outcome).toEqual({ ok: false, failure: { kind: 'source-changed' } })
  })

  it('is missing if it was deleted', async () => {
    await read(0, 9)
    await rm(path)

    const outcome = await check()
    const sent = await put('stored', 'last-read')

    expect(outcome).toEqual({ ok: false, failure: { kind: 'source-missing' } })
    expect(sent.outcome).toEqual(outcome)
  })

  it('is still the same after it was read', async () => {
    await read(0, 9)

    const outcome = await check()

    expect(outcome).toEqual({ ok: true, value: null })
  })

  it('is not mistaken for an empty file if it is missing from the start', async () => {
    const missing = join(adapters.folder, 'empty.txt')
    await writeFile(missing, '')
    await page.getByLabel('Files').setInputFiles([missing])
    await rm(missing)

    const outcome = await read(0, 0)

    expect(outcome).toEqual({ ok: false, failure: { kind: 'source-missing' } })
  })

  it('has changed if it was empty when chosen and no longer is', async () => {
    const grown = join(adapters.folder, 'grown.txt')
    await writeFile(grown, '')
    await utimes(grown, 1_700_000_000, 1_700_000_000)
    await page.getByLabel('Files').setInputFiles([grown])
    // Chromium records a file's state on the first request, and not before.
    await page
      .getByLabel('Files')
      .evaluate((input) => (input instanceof HTMLInputElement ? input.files?.[0]?.size : null))
    await writeFile(grown, 'now')

    const outcome = await read(0, 0)

    expect(outcome).toEqual({ ok: false, failure: { kind: 'source-changed' } })
  })

  it('is unreadable if it never could be read', async () => {
    // Chromium records a file's state on the first request, and not before.
    await page
      .getByLabel('Files')
      .evaluate((input) => (input instanceof HTMLInputElement ? input.files?.[0]?.size : null))
    await utimes(path, 1_700_000_100, 1_700_000_100)

    const outcome = await read(0, 9)

    expect(outcome).toEqual({ ok: false, failure: { kind: 'source-unreadable' } })
  })
})

describe('the clock in Chromium', () => {
  it.each([
    [20, null, 'woke'],
    [60_000, 10, 'rejected'],
    [60_000, 0, 'rejected'],
  ] as const)('sleeps %i ms, aborted after %s: %s', async (ms, abortAfterMs, expected) => {
    const outcome = await page.evaluate(
      ([forMs, afterMs]) => window.adapters.sleep(forMs, afterMs),
      [ms, abortAfterMs] as const,
    )

    expect(outcome).toBe(expected)
  })
})

describe("the computer's sleep in Chromium", () => {
  it('is detected from the clocks, and reported by the host, until the listener unsubscribes', async () => {
    const { server, token, notify } = await adapters.serve()
    const listening = await adapters.page(`${server.origin}/#${token}`)
    await listening.evaluate(async () => {
      const { bridge } = await window.adapters.connect()
      Object.assign(window, { power: window.adapters.hearOfPower(bridge) })
    })
    const told = () => listening.evaluate(() => window.power.told)
    /** As on Linux and macOS: hours pass on the wall clock, and none on the steady clock. */
    const sleep = () =>
      listening.evaluate(() => {
        const now = Date.now
        Date.now = () => now() + 3_600_000
        document.dispatchEvent(new Event('visibilitychange'))
      })

    await sleep()
    const afterOwnFinding = await told()
    await expect
      .poll(async () => {
        notify('powerChanged', { isAsleep: true })
        return told()
      })
      .toEqual(['awake', 'asleep'])
    notify('powerChanged', { isAsleep: false })
    await expect.poll(told).toEqual(['awake', 'asleep', 'awake'])
    await listening.evaluate(() => window.power.stop())
    await sleep()

    expect(afterOwnFinding).toEqual(['awake'])
    expect(await told()).toEqual(['awake', 'asleep', 'awake'])
  })
})

it('reports the network going offline and online', async () => {
  const before = await page.evaluate(() => window.adapters.networkCalls())

  await page.context().setOffline(true)
  await page.context().setOffline(false)

  const heard = () => page.evaluate(() => window.adapters.networkCalls())
  await expect.poll(heard).toBe(before + 2)
})

it('names a pasted image after the current time', async () => {
  const report = await page.evaluate(() => window.adapters.paste(['image.png', 'notes.txt']))

  expect(report.files.map(({ path, name }) => [path, name])).toEqual([
    ['Screenshot 2026-11-20 at 14.05.09.png', 'Screenshot 2026-11-20 at 14.05.09.png'],
    ['notes.txt', 'notes.txt'],
  ])
})
