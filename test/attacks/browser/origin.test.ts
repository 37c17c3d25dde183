import { once } from 'node:events'
import { appendFile, cp, readdir } from 'node:fs/promises'
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { BrowserContext } from 'playwright-core'
import { expect, it, onTestFinished } from 'vitest'
import { launchChromium, launchProfile } from '../../../scripts/chromium.ts'
import { ROOT } from '../../e2e/child.ts'
import { freePort, startFerry, temporaryFolder } from '../../e2e/ferry.ts'
import { FerryPage } from '../../e2e/ferry-page.ts'
import { attack } from '../attack.ts'
import { HostInProcess } from '../host-in-process.ts'

/** A program that listens at a port of this computer and records the requests. */
async function program(port: number, answer: RequestListener) {
  const seen: IncomingMessage[] = []
  const server: Server = createServer((request, response) => {
    seen.push(request)
    answer(request, response)
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const close = async () => {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  }
  onTestFinished(() => (server.listening ? close() : undefined))
  const address = server.address()
  const bound = address !== null && typeof address === 'object' ? address.port : 0
  return { port: bound, origin: `http://127.0.0.1:${bound}`, seen, close }
}

async function profile(): Promise<BrowserContext> {
  const context = await launchProfile(await temporaryFolder())
  onTestFinished(() => context.close())
  return context
}

/** Everything that it serves persists in the browser, and reports when it runs. */
const LEAVES_ALL_BEHIND: RequestListener = ({ url = '' }, response) => {
  const isWorker = url === '/worker.js'
  const worker = `self.addEventListener('fetch', (event) => event.respondWith(new Response(
    '<title>Taken over</title>', { headers: { 'content-type': 'text/html' } })))
    self.addEventListener('activate', (event) => event.waitUntil(clients.claim()))`
  const page = `<title>Hostile</title><script>
    document.cookie = 'ferry-session-' + location.port + '=theirs; Max-Age=99999999; Path=/'
    navigator.serviceWorker.register('/worker.js').then(() => navigator.serviceWorker.ready)
      .then(() => { document.title = 'Left behind' })
    fetch('/assets/index.js')</script>`
  response.writeHead(200, {
    'content-type': isWorker || url.endsWith('.js') ? 'text/javascript' : 'text/html',
    'cache-control': isWorker ? 'no-store' : 'public, max-age=31536000, immutable',
  })
  response.end(isWorker ? worker : url.endsWith('.js') ? 'document.title = "Taken over"' : page)
}

attack(
  'origin and session',
  'a program that once listened at the port left a service worker, a cache and a cookie there',
  async (log) => {
    const port = await freePort()
    const context = await profile()
    const before = await program(port, LEAVES_ALL_BEHIND)
    for (const name of ['127.0.0.1', 'localhost']) {
      const page = await context.newPage()
      await page.goto(`http://${name}:${port}/`)
      await page.waitForFunction(() => document.title === 'Left behind')
      await page.close()
    }
    await before.close()

    const ferry = await startFerry({ port })
    const page = await FerryPage.open(context, ferry.url)
    await page.button('Connect a bucket').first().waitFor()

    log.tried('in front of the page', (await page.page.title()) === 'Ferry')
    const cookies = await context.cookies(ferry.origin)
    log.tried(
      'among its cookies',
      cookies.every(({ value }) => value !== 'theirs'),
    )
    const workers = await page.page.evaluate(async () => {
      const registrations = await navigator.serviceWorker.getRegistrations()
      return registrations.length
    })
    log.tried('as its service worker', workers === 0)
  },
)

attack(
  'origin and session',
  'everything left at 127.0.0.1 is removed when the browser requests it from this host',
  async (log) => {
    const port = await freePort()
    const context = await profile()
    const before = await program(port, LEAVES_ALL_BEHIND)
    const page = await context.newPage()
    await page.goto(`http://127.0.0.1:${port}/`)
    await page.waitForFunction(() => document.title === 'Left behind')
    await before.close()
    await startFerry({ port })

    // A browser does the same on a navigation: it checks whether the script has changed.
    await page.evaluate(async () => {
      const registration = await navigator.serviceWorker.ready
      await registration.update()
    })
    await expect
      .poll(() =>
        page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length),
      )
      .toBe(0)
    await page.goto(`http://127.0.0.1:${port}/`)

    const text = await page.textContent('body')
    log.tried('answering for the host', text?.startsWith('Ferry is not at this address.') === true)
  },
)

attack('origin and session', 'programs at other ports try to receive the session', async (log) => {
  const context = await profile()
  const ferry = await startFerry()
  const page = await FerryPage.open(context, ferry.url)
  await page.button('Connect a bucket').first().waitFor()
  const other = await program(0, (_, response) => response.end('<title>Other</title>'))
  const tab = await context.newPage()

  for (const name of ['127.0.0.1', 'localhost', 'any.localhost']) {
    await tab.goto(`http://${name}:${other.port}/`)
  }
  const cookies = other.seen.map(({ headers }) => headers.cookie ?? '')

  expect(cookies.length).toBeGreaterThanOrEqual(3)
  for (const [at, cookie] of cookies.entries()) {
    log.tried(`request ${at}`, !cookie.includes('ferry-session'))
  }
})

attack('origin and session', 'another page of this computer knows the address', async (log) => {
  const context = await profile()
  const ferry = await startFerry()
  const page = await FerryPage.open(context, ferry.url)
  await page.button('Connect a bucket').first().waitFor()
  const other = await program(0, (_, response) => {
    response.setHeader('content-type', 'text/html')
    response.end('<title>Other</title>')
  })

  for (const name of ['127.0.0.1', 'localhost', 'any.localhost']) {
    const tab = await context.newPage()
    await tab.goto(`http://${name}:${other.port}/`)
    const read = await tab.evaluate(async (origin) => {
      const tries: Record<string, () => Promise<unknown>> = {
        'reading the page': async () => (await fetch(origin)).text(),
        'a command': async () =>
          (
            await fetch(`${origin}/api/commands/describeHost`, {
              method: 'POST',
              credentials: 'include',
              headers: { 'content-type': 'application/json' },
              body: '{}',
            })
          ).text(),
        'a plain command': async () => {
          const answer = await fetch(`${origin}/api/commands/openLocalBucket`, {
            method: 'POST',
            mode: 'no-cors',
            credentials: 'include',
            body: '{}',
          })
          if (answer.type === 'opaque') throw new TypeError('Not readable')
        },
        'the notices': async () => (await fetch(`${origin}/api/notices`)).text(),
        'a script of it': async () => import(`${origin}/assets/index.js`),
        'a frame': async () => {
          const frame = document.createElement('iframe')
          frame.src = origin
          const loaded = new Promise((resolve) => frame.addEventListener('load', resolve))
          document.body.append(frame)
          await loaded
          // A refused frame shows an error page, which scripts may not access.
          if (frame.contentDocument === null) throw new TypeError('Not readable')
        },
        'its window': async () => {
          const opened = window.open(origin)
          // Empty until the host answers; then severed by COOP, or cross-origin, which throws.
          while (opened !== null && !opened.closed && opened.location.href === 'about:blank') {
            await new Promise((resolve) => setTimeout(resolve, 10))
          }
          if (opened === null || opened.closed) throw new TypeError('Severed')
          return opened.document.title
        },
      }
      const results: [string, boolean][] = []
      for (const [what, act] of Object.entries(tries)) {
        results.push([
          what,
          await act().then(
            () => false,
            () => true,
          ),
        ])
      }
      return results
    }, ferry.origin)
    for (const [what, isRefused] of read) log.tried(`${what} from ${name}`, isRefused)
  }

  const { destinations } = await page.command('listDestinations', {})
  log.tried('having made a bucket', destinations.length === 0)
})

attack(
  'origin and session',
  'a page of 127.0.0.1 sets a cookie of the session’s name, to lock the browser out',
  async (log) => {
    const host = await HostInProcess.start()
    const context = await profile()
    const port = new URL(host.fallbackOrigin).port
    const other = await program(0, (_, response) => {
      response.setHeader('set-cookie', [
        `ferry-session-${port}=theirs; Path=/; Max-Age=99999`,
        `ferry-session-${port}=theirs-too; Path=/api; Max-Age=99999`,
      ])
      response.end('')
    })
    const tab = await context.newPage()
    await tab.goto(other.origin)

    const page = await FerryPage.open(context, host.addresses().fallback)
    await page.button('Connect a bucket').first().waitFor()
    await page.page.reload()
    await page.button('Connect a bucket').first().waitFor()

    log.tried('locking it out', page.problems().length === 0)
  },
)

attack('origin and session', 'the page’s script is changed on the disk', async (log) => {
  const folder = join(await temporaryFolder(), 'page')
  await cp(join(ROOT, 'out/renderer'), folder, { recursive: true })
  const names = await readdir(join(folder, 'assets'))
  const script = names.find((name) => /^index-.*\.js$/.test(name)) ?? ''
  await appendFile(join(folder, 'assets', script), ';document.title = "Taken over"')
  const host = await HostInProcess.start(folder)
  const page = await (await profile()).newPage()
  const blocked = page.waitForEvent('console', (message) => message.text().includes('integrity'))

  const [message] = await Promise.all([blocked, page.goto(host.addresses().own)])

  expect(message.text()).toContain(script)
  log.tried('one more statement', (await page.title()) === 'Ferry')
})

it('opens from the file that the browser is started with, even where names below localhost do not resolve', async () => {
  const host = await HostInProcess.start()
  const withoutNames = await launchChromium({
    args: ['--host-resolver-rules=MAP *.localhost ~NOTFOUND'],
  })
  onTestFinished(() => withoutNames.close())
  const usual = await profile()

  const named = await FerryPage.open(usual, pathToFileURL(host.openPage()).href)
  await named.button('Connect a bucket').first().waitFor()
  const numbered = await FerryPage.open(withoutNames, pathToFileURL(host.openPage()).href)
  await numbered.button('Connect a bucket').first().waitFor()

  expect(named.page.url()).toBe(`${host.origin}/`)
  expect(numbered.page.url()).toBe(`${host.fallbackOrigin}/`)
})

it('keeps the page’s files out of the browser’s cache', async () => {
  const context = await profile()
  const ferry = await startFerry()
  const page = await FerryPage.open(context, ferry.url)
  await page.button('Connect a bucket').first().waitFor()
  const fromCache: string[] = []
  const cdp = await context.newCDPSession(page.page)
  await cdp.send('Network.enable')
  cdp.on('Network.requestServedFromCache', ({ requestId }) => void fromCache.push(requestId))

  await page.page.reload()
  await page.button('Connect a bucket').first().waitFor()

  expect(fromCache).toEqual([])
})
