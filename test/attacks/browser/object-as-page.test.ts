import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect } from 'vitest'
import { launchChromium } from '../../../scripts/chromium.ts'
import { plain, StubStore } from '../../fakes/stub-store.ts'
import { presigned } from '../../local-bucket/hand-signed.ts'
import { exchange } from '../../local-bucket/raw-exchange.ts'
import { type TemporaryBucket, temporaryBucket } from '../../local-bucket/temporary-bucket.ts'
import { attack } from '../attack.ts'

let browser: Browser
let temporary: TemporaryBucket
/** Receives a request from every object that managed to run. */
let beacon: StubStore
beforeAll(async () => {
  browser = await launchChromium()
  temporary = await temporaryBucket()
  beacon = await StubStore.start(plain(200, ''))
})
afterAll(async () => {
  await browser.close()
  await temporary.discard()
  await beacon.close()
})

/** Every way in which a document can run code, load something or navigate. */
function activeHtml(to: string): string {
  return `<!doctype html><html><head>
    <meta http-equiv="refresh" content="0;url=${to}/refresh">
    <link rel="stylesheet" href="${to}/style"><link rel="prefetch" href="${to}/prefetch">
    <base href="${to}/"></head>
    <body onload="fetch('${to}/onload')">
    <script>document.title = 'ran'; fetch('${to}/script'); document.cookie = 'a=b'</script>
    <img src="${to}/image" onerror="fetch('${to}/onerror')">
    <iframe src="${to}/frame"></iframe><object data="${to}/object"></object>
    <form id="f" action="${to}/form" method="post"><input name="a"></form>
    <script>document.getElementById('f').submit()</script></body></html>`
}

const activeSvg = (to: string) =>
  `<svg xmlns="http://www.w3.org/2000/svg" onload="fetch('${to}/svg')">
    <script>fetch('${to}/svg-script')</script><image href="${to}/svg-image"/></svg>`
const activeXhtml = (to: string) =>
  `<html xmlns="http://www.w3.org/1999/xhtml"><head><title>t</title></head><body>
    <script>fetch('${to}/xhtml')</script><img src="${to}/xhtml-image"/></body></html>`

attack(
  'bucket on this computer',
  'an object that is opened as a page runs nothing, loads nothing and does not navigate',
  async ({ tried }) => {
    const { store } = temporary
    const to = beacon.endpoint
    const objects: [type: string, body: string][] = [
      ['text/html', activeHtml(to)],
      ['TEXT/HTML; charset=utf-8', activeHtml(to)],
      ['text/plain, text/html', activeHtml(to)],
      ['image/png, text/html', activeHtml(to)],
      ['application/xhtml+xml', activeXhtml(to)],
      ['text/xml', activeXhtml(to)],
      ['application/vnd.a+xml', activeXhtml(to)],
      ['image/svg+xml', activeSvg(to)],
      ['image/svg+xml; a=b', activeSvg(to)],
      ['x', activeHtml(to)],
      ['text/plain', activeHtml(to)],
      ['image/png', activeHtml(to)],
    ]
    for (const [index, [type, body]] of objects.entries()) {
      const path = `/ferry/page-${index}`
      const headers = { 'content-type': type }
      const put = presigned(store, { method: 'PUT', path, headers }, { atMs: Date.now() })
      expect((await exchange(store, { method: 'PUT', target: put, headers, body })).status).toBe(
        200,
      )
      const page = await browser.newPage()
      const get = presigned(store, { method: 'GET', path }, { atMs: Date.now() })
      // A type that browsers do not show is downloaded, which aborts the navigation.
      await page.goto(store.endpoint + get, { waitUntil: 'networkidle' }).catch(() => null)

      const title = await page.title()
      tried(`${type} ran`, title !== 'ran')
      tried(`${type} asked for ${beacon.requests}`, beacon.requests.length === 0)
      tried(`${type} left`, !page.url().startsWith(to))
      await page.close()
    }
  },
)
