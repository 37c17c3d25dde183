import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { HostTrouble } from '../contract/commands.ts'
import type { Core } from '../core/core.ts'
import { createCore } from '../core/create-core.ts'
import { makeDataFolder, unwritable } from '../core/host/data-folder.ts'
import { type FolderLock, lockFolder } from '../core/host/folder-lock.ts'
import { hostPlatform } from '../core/host/host-platform.ts'
import { bucketElsewhere } from '../core/host/local-bucket-folder.ts'
import { writeReadme } from '../core/host/readme-file.ts'
import { openLog } from '../core/log.ts'
import type { Log } from '../core/ports.ts'
import { openSecretFile } from '../core/secret-file.ts'
import { openSettings } from '../core/settings-conf.ts'
import { confirmOnTerminal } from './confirm.ts'
import type { PageAddress } from './host-control.ts'
import { nodeNetwork } from './network/node-network.ts'
import { type OpenPage, removeOpenPages, writeOpenPage } from './open-page.ts'
import { type LoopbackServer, type ServerSeam, serveLoopback } from './server.ts'
import { createSessions, TOKEN_LIFE_MS } from './sessions.ts'
import { loopbackSurroundings } from './surroundings.ts'
import type { Terminal } from './terminal.ts'

export interface LoopbackSettings {
  /** Absolute; made when it is missing. */
  readonly dataFolder: string
  /** The first free one is taken; 0 is any. */
  readonly ports: readonly number[]
  readonly pageFolder: string
  readonly version: string
  /** Where the user is asked what a page must not decide. */
  readonly terminal: Terminal
  /** A browser has just opened a session. */
  readonly onSession?: () => void
}

export interface LoopbackHost {
  readonly port: number
  /** Makes an address; those made before do not work any more. */
  readonly newAddress: () => PageAddress
  /** Pages that are open say that they have no session. */
  readonly closeSessions: () => void
  readonly log: Log
  /** What went wrong while it started and is worth a line. */
  readonly troubles: readonly HostTrouble[]
  /** Within 2 s. Idempotent. */
  readonly close: () => Promise<void>
}

/**
 * The whole host for a browser: the data folder, the core and the server.
 *
 * @throws StartRefused with a sentence for the person.
 */
export async function startLoopback(settings: LoopbackSettings): Promise<LoopbackHost> {
  makeDataFolder(settings.dataFolder)
  const lock = await lockFolder(settings.dataFolder)
  try {
    return await serveLocked(settings, lock)
  } catch (error) {
    lock.release()
    throw isFileError(error) ? unwritable(settings.dataFolder, error) : error
  }
}

async function serveLocked(settings: LoopbackSettings, lock: FolderLock): Promise<LoopbackHost> {
  const { dataFolder, ports, pageFolder } = settings
  const log = openLog(dataFolder)
  writeReadme(dataFolder, {
    host: 'loopback',
    platform: hostPlatform(process.platform),
    ...bucketElsewhere({ dataFolder, environment: process.env, platform: process.platform }),
  })
  const sessions = createSessions(Date.now)
  removeOpenPages(dataFolder)
  let openPage: OpenPage | null = null
  const removeOpenPage = () => {
    openPage?.remove()
    openPage = null
  }
  // Whoever asks for an address over the server does so when it runs.
  const newAddress = (): PageAddress => {
    removeOpenPage()
    const addresses = addressesOf(server, sessions.newToken())
    openPage = timedPage(writeOpenPage(dataFolder, addresses))
    return { url: addresses.own, openPage: openPage.path }
  }
  const server: LoopbackServer = await serveLoopback({
    ports,
    pageFolder,
    sessions,
    log,
    openCore: (seam) => openCore(settings, log, seam),
    control: { dataFolder, newAddress },
    onSession: () => {
      removeOpenPage()
      log.info({}, 'A browser opened a session')
      settings.onSession?.()
    },
  })
  // Sessions of older versions outlived the host, in this file.
  rmSync(join(dataFolder, 'sessions.json'), { force: true })
  lock.announce(server.origin)
  log.info({ port: server.port, version: settings.version }, 'Ferry serves a browser')
  const description = await server.core.handlers.describeHost({})
  return {
    port: server.port,
    newAddress,
    closeSessions: server.closeSessions,
    log,
    troubles: description.ok ? description.value.troubles : [],
    close: async () => {
      removeOpenPage()
      await server.close()
      lock.release()
    },
  }
}

/** The page goes when its token expires. */
function timedPage(page: OpenPage): OpenPage {
  const timer = setTimeout(page.remove, TOKEN_LIFE_MS).unref()
  return {
    path: page.path,
    remove: () => {
      clearTimeout(timer)
      page.remove()
    },
  }
}

function openCore(
  { dataFolder, version, terminal }: LoopbackSettings,
  log: Log,
  seam: ServerSeam,
): Promise<Core> {
  const opened = openSettings(dataFolder, Date.now())
  const secrets = openSecretFile(dataFolder, Date.now())
  return createCore({
    ...seam,
    dataFolder,
    description: { host: 'loopback', version, platform: hostPlatform(process.platform) },
    settings: opened.settings,
    vault: secrets.vault,
    surroundings: loopbackSurroundings(log),
    log,
    now: Date.now,
    environment: process.env,
    nodeNetwork: nodeNetwork({ log, environment: process.env }),
    isCorsHandled: false,
    confirm: confirmOnTerminal(terminal),
    earlyTroubles: [...opened.troubles, ...secrets.troubles],
  })
}

function addressesOf({ origin, fallbackOrigin }: LoopbackServer, token: string) {
  return { own: `${origin}/#${token}`, fallback: `${fallbackOrigin}/#${token}` }
}

/** What the file system answers when a folder lets itself be locked but not be used. */
function isFileError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error && 'path' in error
}
