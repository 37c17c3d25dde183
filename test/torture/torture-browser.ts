import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { type Browser, chromium, type Page } from 'playwright-core'
import { chromiumCommand } from '../../scripts/chromium.ts'
import type { Reaper } from './child-processes.ts'

const START_MS = 30_000
/** Tall, because only visible rows are in the document. */
const WINDOW = '--window-size=1100,3600'

/** A Chromium that keeps its profile and can be killed with all its child processes. */
export class TortureBrowser {
  #page: Page
  readonly #process: ChildProcess
  readonly #browser: Browser

  private constructor(page: Page, process: ChildProcess, browser: Browser) {
    this.#page = page
    this.#process = process
    this.#browser = browser
  }

  static async start(
    profile: string,
    args: readonly string[],
    reaper: Reaper,
  ): Promise<TortureBrowser> {
    const { path, args: usual, env } = await chromiumCommand()
    // A killed browser leaves its debugging address behind.
    await rm(join(profile, 'DevToolsActivePort'), { force: true })
    const child = spawn(
      path,
      [
        ...usual,
        ...args,
        WINDOW,
        '--headless=new',
        `--user-data-dir=${profile}`,
        '--remote-debugging-port=0',
        'about:blank',
      ],
      // A process group of its own, so that killing it kills exactly this process tree.
      { env, stdio: 'ignore', detached: process.platform !== 'win32' },
    )
    const forget = reaper.add(() => killTree(child))
    child.once('exit', forget)
    try {
      const browser = await chromium.connectOverCDP(await debugUrlOf(profile, child))
      const page = browser.contexts()[0]?.pages()[0]
      if (page === undefined) throw new Error('The browser has no tab')
      return new TortureBrowser(page, child, browser)
    } catch (error) {
      killTree(child)
      throw error
    }
  }

  get page(): Page {
    return this.#page
  }

  /** Replaces the current tab, which is closed without asking its page. */
  async freshPage(): Promise<Page> {
    const before = this.#page
    this.#page = await before.context().newPage()
    await before.close()
    return this.#page
  }

  /** Like closing the window: the browser saves its data. */
  async close(): Promise<void> {
    const session = await this.#browser.newBrowserCDPSession()
    await session.send('Browser.close').catch(() => undefined)
    await this.#ended()
  }

  /** kill -9 for the whole process tree. */
  async kill(): Promise<void> {
    killTree(this.#process)
    await this.#ended()
    await this.#browser.close().catch(() => undefined)
  }

  async #ended(): Promise<void> {
    const { exitCode, signalCode } = this.#process
    if (exitCode === null && signalCode === null) await once(this.#process, 'exit')
  }
}

function killTree({ pid }: ChildProcess): void {
  if (pid === undefined) return
  if (process.platform === 'win32') {
    spawnSync('taskkill', ['/PID', String(pid), '/T', '/F'])
    return
  }
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // It has already ended.
  }
}

/** Chromium writes its port there as soon as it listens. */
async function debugUrlOf(profile: string, child: ChildProcess): Promise<string> {
  const file = join(profile, 'DevToolsActivePort')
  for (const startedAt = performance.now(); performance.now() - startedAt < START_MS; ) {
    const [port = ''] = (await readFile(file, 'utf8').catch(() => '')).split('\n')
    if (port !== '') return `http://127.0.0.1:${port}`
    if (child.exitCode !== null) throw new Error(`Chromium ended with ${child.exitCode}`)
    await delay(30)
  }
  throw new Error('Chromium did not start')
}
