import type { Page } from 'playwright-core'

declare global {
  interface Window {
    benchLongTaskMs?: number[]
  }
}

/** Notes every task of the page's main thread that keeps it for 50 ms or longer. */
export async function watchLongTasks(page: Page): Promise<void> {
  await page.evaluate(() => {
    const durations: number[] = []
    window.benchLongTaskMs = durations
    new PerformanceObserver((list) => {
      durations.push(...list.getEntries().map(({ duration }) => duration))
    }).observe({ type: 'longtask' })
  })
}

/** Those since it is watched, in milliseconds. */
export function longTasksOf(page: Page): Promise<readonly number[]> {
  return page.evaluate(() => window.benchLongTaskMs ?? [])
}
