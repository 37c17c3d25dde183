import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { chromium, type Page } from 'playwright-core'
import { chromiumCommand } from '../../scripts/chromium.ts'

const START_MS = 20_000

/**
 * A Chromium to which DevTools is attached only while the test prepares something: with DevTools
 * attached, some uploads run four times slower.
 */
export class BenchBrowser {
  readonly #process: ChildProcess
  readonly #profile: string
  readonly #debugUrl: string

  private constructor(process: ChildProcess, profile: string, debugUrl: string) {
    this.#process = process
    this.#profile = profile
    this.#debugUrl = debugUrl
  }

  static async start(): Promise<BenchBrowser> {
    const profile = await mkdtemp(join(tmpdir(), 'ferry-bench-'))
    const { path, args, env } = await chromiumCommand()
    const browser = spawn(
      path,
      [
        ...args,
        '--headless=new',
        `--user-data-dir=${profile}`,
        '--remote-debugging-port=0',
        'about:blank',
      ],
      { env, stdio: 'ignore' },
    )
    return new BenchBrowser(browser, profile, await debugUrlOf(profile))
  }

  get pid(): number {
    return this.#process.pid ?? 0
  }

  /** Attaches, lets `arrange` work in the one tab, and detaches again. */
  async watch<T>(arrange: (page: Page) => Promise<T>): Promise<T> {
    const browser = await chromium.connectOverCDP(this.#debugUrl)
    try {
      const [context] = browser.contexts()
      const [page] = context?.pages() ?? []
      if (page === undefined) throw new Error('The browser has no tab')
      return await arrange(page)
    } finally {
      // With CDP this only disconnects; the tab stays open.
      await browser.close()
    }
  }

  async close(): Promise<void> {
    this.#process.kill()
    if (this.#process.exitCode === null) await once(this.#process, 'exit')
    await rm(this.#profile, { recursive: true, force: true, maxRetries: 5 })
  }
}

/** Chromium writes its port there as soon as it listens. */
async function debugUrlOf(profile: string): Promise<string> {
  const file = join(profile, 'DevToolsActivePort')
  for (const startedAt = performance.now(); performance.now() - startedAt < START_MS; ) {
    const [port = ''] = (await readFile(file, 'utf8').catch(() => '')).split('\n')
    if (port !== '') return `http://127.0.0.1:${port}`
    await delay(50)
  }
  throw new Error('Chromium did not start')
}
