import type { Browser, BrowserContextOptions } from 'playwright-core'
import { afterAll, afterEach, beforeAll } from 'vitest'
import { launchChromium } from '../../scripts/chromium.ts'
import type { FakeWorld } from '../fakes/fake-bridge.ts'
import { type PageServer, startPageServer } from './page-server.ts'
import { openWindow, type TestWindow } from './window.ts'

interface WindowSuite {
  readonly open: (world: FakeWorld, options?: BrowserContextOptions) => Promise<TestWindow>
  readonly server: () => PageServer
}

/** One Chromium and one page server for a file's tests; each test's windows are closed after it. */
export function windowSuite(): WindowSuite {
  let browser: Browser
  let server: PageServer
  let windows: TestWindow[] = []

  beforeAll(async () => {
    server = await startPageServer()
    browser = await launchChromium()
  })

  afterEach(async () => {
    const open = windows
    windows = []
    server.releaseParts()
    server.answerPartsWith(200)
    for (const each of open) await each.close()
  })

  afterAll(async () => {
    await browser.close()
    await server.close()
  })

  return {
    async open(world, options) {
      const opened = await openWindow(browser, server, world, options)
      windows.push(opened)
      return opened
    },
    server: () => server,
  }
}
