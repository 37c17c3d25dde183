import { setTimeout as delay } from 'node:timers/promises'
import type { Browser, Page } from 'playwright-core'

const PAGE_MS = 30_000

/** The app's first window. A blank tab beside it keeps Chromium alive without a window. */
export async function ferryTab(browser: Browser): Promise<Page> {
  const deadlineMs = performance.now() + PAGE_MS
  for (;;) {
    const pages = browser.contexts().flatMap((context) => context.pages())
    const tab = pages.find((page) => page.url() !== 'about:blank' && page.url() !== '')
    if (tab !== undefined) return tab
    if (performance.now() > deadlineMs) throw new Error('No window was opened')
    await delay(20)
  }
}
