import { behindProxy } from '../../faults/behind-proxy.ts'
import { startFerry } from '../ferry.ts'
import { argsBehind, FerryPage, openBrowser } from '../ferry-page.ts'
import type { FerrySettings, OpenFerry } from './open-ferry.ts'

/** The real `npm start` in its browser form, and a Chromium that opens its address. */
export async function openBrowserHost(settings: FerrySettings): Promise<OpenFerry> {
  const { dataFolder, proxy, env, whenOver } = settings
  const ferry = await startFerry({
    ...(dataFolder === null ? {} : { dataFolder }),
    env: { ...(proxy === null ? process.env : behindProxy(proxy)), ...env },
    whenOver,
  })
  const args = proxy === null ? [] : argsBehind(proxy.address, ferry.port)
  const browser = await openBrowser({ args }, whenOver)
  const page = await FerryPage.open(browser, ferry.url)
  return {
    page,
    dataFolder: ferry.dataFolder,
    origin: ferry.origin,
    corsOrigin: ferry.corsOrigin,
    output: () => ferry.child.output() + ferry.child.errors(),
    quit: async () => {
      await browser.close()
      return ferry.child.stop('SIGTERM')
    },
    kill: async () => {
      await browser.close()
      await ferry.child.stop('SIGKILL')
    },
    loopback: ferry,
    electron: null,
  }
}
