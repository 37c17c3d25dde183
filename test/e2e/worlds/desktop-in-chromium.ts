import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { type Browser, chromium, type Page } from 'playwright-core'
import type { FromStandIn } from '../../desktop-in-chromium/remote.ts'
import { ROOT } from '../child.ts'
import { temporaryFolder } from '../ferry.ts'
import { FerryPage, watchPolicies } from '../ferry-page.ts'
import type { FerrySettings, MainProcess, OpenFerry } from './open-ferry.ts'

const PAGE_MS = 30_000

/** The built bundles, as `vite build` makes them for the package. */
const BUNDLE = join(ROOT, 'out', 'main', 'index.js')

/** The desktop app behind a stand-in for Electron: test/desktop-in-chromium/README.md. */
export async function openDesktopInChromium(settings: FerrySettings): Promise<OpenFerry> {
  const { proxy, env, args, bundle, beforeReady, whenOver } = settings
  const dataFolder = settings.dataFolder ?? (await temporaryFolder(whenOver))
  const variables = {
    ...env,
    ...(beforeReady === null ? {} : { FERRY_STAND_IN_BEFORE_READY: beforeReady.toString() }),
    ...(proxy === null ? {} : { FERRY_STAND_IN_PROXY: proxy.address }),
  }
  const standIn = startStandIn(['--data-dir', dataFolder, ...args], variables, bundle ?? BUNDLE)
  whenOver(standIn.kill)
  const browser = await chromium.connectOverCDP(await standIn.endpoint)
  whenOver(() => browser.close())
  const tab = await ferryTab(browser)
  watchPolicies(tab, whenOver)
  return {
    page: await FerryPage.of(tab),
    dataFolder,
    origin: new URL(tab.url()).origin,
    corsOrigin: undefined,
    output: standIn.output,
    quit: async () => {
      await standIn.main.evaluate(({ app }) => app.quit(), null)
      return standIn.ended
    },
    kill: standIn.kill,
    loopback: null,
    electron: standIn.main,
  }
}

export interface StandIn {
  readonly process: ChildProcess
  readonly output: () => string
  /** Of its Chromium's debugger; never settles without a window. */
  readonly endpoint: Promise<string>
  readonly main: MainProcess
  readonly ended: Promise<number | string>
  readonly kill: () => Promise<void>
}

/** Starts the app's process, with the arguments that the system would give it. */
export function startStandIn(
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
  bundle = BUNDLE,
): StandIn {
  const program = join(ROOT, 'test', 'desktop-in-chromium', 'main.ts')
  const child = fork(program, [bundle, ...args], {
    cwd: ROOT,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  let printed = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      printed += text
    })
  }
  const ended = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | string)
  const opened = Promise.withResolvers<string>()
  const questions = new Map<number, PromiseWithResolvers<unknown>>()
  child.on('message', (message: FromStandIn) => {
    switch (message.kind) {
      case 'chromium':
        return opened.resolve(message.endpoint)
      case 'answer':
        return questions.get(message.id)?.resolve(message.value)
      case 'failed':
        return questions.get(message.id)?.reject(new Error(message.message))
    }
  })
  void ended.then((code) => {
    const error = new Error(`The stand-in ended (${code}):\n${printed}`)
    opened.reject(error)
    for (const { reject } of questions.values()) reject(error)
  })
  // Whoever waits for a window hears of the end; a test without one need not.
  opened.promise.catch(() => undefined)
  const main: MainProcess = {
    evaluate: (run, argument) => {
      const id = questions.size + 1
      const answer = Promise.withResolvers<unknown>()
      questions.set(id, answer)
      child.send({ id, source: run.toString(), argument })
      return answer.promise as Promise<never>
    },
  }
  const kill = async () => {
    // Its Chromium ends with it, as the pipe to it closes.
    child.kill('SIGKILL')
    await ended
  }
  return { process: child, output: () => printed, endpoint: opened.promise, main, ended, kill }
}

/** The tab is there before Playwright; the blank one keeps Chromium alive without a window. */
async function ferryTab(browser: Browser): Promise<Page> {
  const deadlineMs = performance.now() + PAGE_MS
  for (;;) {
    const pages = browser.contexts().flatMap((context) => context.pages())
    const tab = pages.find((page) => page.url() !== 'about:blank' && page.url() !== '')
    if (tab !== undefined) return tab
    if (performance.now() > deadlineMs) throw new Error('No window was opened')
    await delay(20)
  }
}
