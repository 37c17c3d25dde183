import { chromium } from 'playwright-core'
import { ferryTab } from '../../desktop-in-chromium/ferry-tab.ts'
import { startStandIn } from '../../desktop-in-chromium/start-stand-in.ts'
import { temporaryFolder } from '../ferry.ts'
import { FerryPage, watchPolicies } from '../ferry-page.ts'
import type { FerrySettings, OpenFerry } from './open-ferry.ts'

/** The desktop app behind a stand-in for Electron: test/desktop-in-chromium/README.md. */
export async function openDesktopInChromium(settings: FerrySettings): Promise<OpenFerry> {
  const { proxy, env, args, bundle, beforeReady, whenOver } = settings
  const dataFolder = settings.dataFolder ?? (await temporaryFolder(whenOver))
  const variables = {
    ...env,
    ...(beforeReady === null ? {} : { FERRY_STAND_IN_BEFORE_READY: beforeReady.toString() }),
    ...(proxy === null ? {} : { FERRY_STAND_IN_PROXY: proxy.address }),
  }
  const standIn = startStandIn(['--data-dir', dataFolder, ...args], variables, bundle ?? undefined)
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
