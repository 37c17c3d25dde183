import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { commands } from '../../electron/contract/commands.ts'
import { type CommandHandlers, mapRows } from '../../electron/contract/ferry-bridge.ts'
import { failed } from '../../electron/contract/outcome.ts'
import type { Core } from '../../electron/core/create-core.ts'
import type { CorePorts, Log } from '../../electron/core/ports.ts'
import { type LoopbackServer, serveLoopback } from '../../electron/loopback/server.ts'
import { createSessions } from '../../electron/loopback/sessions.ts'
import { launchChromium } from '../../scripts/chromium.ts'
import { buildAdaptersPage } from './build-adapters-page.ts'

const SILENT: Log = { info: () => undefined, warn: () => undefined, error: () => undefined }

/** The real loopback host with scripted handlers; it serves the page that holds the adapters. */
export interface AdaptersHost {
  readonly server: LoopbackServer
  /** Opens one session. */
  readonly token: string
  readonly newToken: () => string
  readonly notify: CorePorts['notify']
}

/** A real Chromium with the page that holds the adapters. There is one per test file. */
export class AdaptersPage {
  readonly folder: string
  readonly browser: Browser
  readonly #hosts = new Set<LoopbackServer>()

  private constructor(folder: string, browser: Browser) {
    this.folder = folder
    this.browser = browser
  }

  static async open(): Promise<AdaptersPage> {
    const folder = await mkdtemp(join(tmpdir(), 'ferry-adapters-'))
    await buildAdaptersPage(join(folder, 'page'))
    return new AdaptersPage(folder, await launchChromium())
  }

  async serve(
    handlers: Partial<CommandHandlers> = {},
    options: Partial<Pick<Core, 'registerSources' | 'storeOrigins'>> & {
      readonly port?: number
    } = {},
  ): Promise<AdaptersHost> {
    let notify: CorePorts['notify'] = () => undefined
    const sessions = createSessions(Date.now)
    const unscripted = mapRows(commands, () => async () => failed({ kind: 'wrong-state' }))
    const server = await serveLoopback({
      ports: [options.port ?? 0],
      pageFolder: join(this.folder, 'page'),
      sessions,
      log: SILENT,
      openCore: async (seam) => {
        notify = seam.notify
        return {
          handlers: { ...unscripted, ...handlers },
          registerSources: options.registerSources ?? (async () => []),
          giveFiles: () => undefined,
          inspectFolders: async () => [],
          sourcePath: () => null,
          mayOpen: () => false,
          noteUnexpectedError: () => undefined,
          copyLatestLink: async () => false,
          storeOrigins: options.storeOrigins ?? (() => []),
          close: async () => undefined,
        }
      },
    })
    this.#hosts.add(server)
    return { server, token: sessions.newToken(), newToken: sessions.newToken, notify }
  }

  async page(url: string): Promise<Page> {
    const context = await this.browser.newContext()
    const page = await context.newPage()
    await page.goto(url)
    await page.waitForFunction(() => 'adapters' in window)
    return page
  }

  async close(): Promise<void> {
    await this.browser.close()
    await Promise.all([...this.#hosts].map((host) => host.close()))
    await rm(this.folder, { recursive: true, force: true })
  }
}
