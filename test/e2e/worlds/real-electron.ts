import { once } from 'node:events'
import { basename, join } from 'node:path'
import { _electron, type ElectronApplication } from 'playwright-core'
import { buildDesktop } from '../../../scripts/build-outputs.ts'
import { findElectron } from '../../../scripts/electron-binary.ts'
import { ROOT } from '../child.ts'
import { temporaryFolder, type WhenOver } from '../ferry.ts'
import { FerryPage, watchPolicies } from '../ferry-page.ts'
import type { FerrySettings, OpenFerry } from './open-ferry.ts'

/** A real Electron with the built bundles, as `npm start` opens it. */
export async function openRealElectron(settings: FerrySettings): Promise<OpenFerry> {
  const { proxy, env, args, whenOver } = settings
  const electron = findElectron()
  if (electron.kind === 'missing') throw new Error(`No Electron here: ${electron.why}`)
  await buildDesktop()
  const dataFolder = settings.dataFolder ?? (await temporaryFolder(whenOver))
  const app = await _electron.launch({
    executablePath: electron.path,
    args: [
      ROOT,
      '--data-dir',
      dataFolder,
      ...args,
      ...(proxy === null ? [] : proxyArgs(proxy.address)),
    ],
    env: definedOnly({ ...process.env, ...env }),
    // Playwright's default would disable the very sandbox that is under test.
    chromiumSandbox: true,
  })
  const printed = watchOutput(app)
  const ended = once(app.process(), 'exit').then(([code, signal]) => code ?? signal)
  const kill = async () => {
    app.process().kill('SIGKILL')
    await ended
  }
  whenOver(kill)
  if (process.env.CI) await traceInto(app, basename(dataFolder), whenOver)
  const tab = await app.firstWindow()
  watchPolicies(tab, whenOver)
  return {
    page: await FerryPage.of(tab),
    dataFolder,
    origin: await tab.evaluate(() => location.origin),
    corsOrigin: undefined,
    output: printed,
    quit: async () => {
      await app.evaluate(({ app: ferry }) => ferry.quit()).catch(() => undefined)
      return ended
    },
    kill,
    loopback: null,
    electron: { evaluate: (run, argument) => app.evaluate(run as never, argument) },
  }
}

/** Records a trace, for understanding a failure on another computer. */
async function traceInto(
  app: ElectronApplication,
  name: string,
  whenOver: WhenOver,
): Promise<void> {
  const { tracing } = app.context()
  await tracing.start({ screenshots: true, snapshots: true })
  whenOver(() =>
    // There is no trace of a window that a test has closed or killed.
    tracing.stop({ path: join(ROOT, 'test-results', `${name}.zip`) }).catch(() => undefined),
  )
}

function proxyArgs(address: string): string[] {
  // A Chromium switch that Electron documents (docs/api/command-line-switches.md).
  return [`--proxy-server=${address}`, '--proxy-bypass-list=<-loopback>']
}

function watchOutput(app: ElectronApplication): () => string {
  let printed = ''
  for (const stream of [app.process().stdout, app.process().stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      printed += text
    })
  }
  return () => printed
}

function definedOnly(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  )
}
