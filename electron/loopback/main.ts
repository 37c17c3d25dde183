import { join } from 'node:path'
import type { HostNotice } from '../contract/commands/host.ts'
import { type Core, createCore } from '../core/create-core.ts'
import {
  type FolderFacts,
  inspectDataFolder,
  makeDataFolder,
  unwritable,
} from '../core/host/data-folder.ts'
import { bucketElsewhere, hostPlatform } from '../core/host/default-folders.ts'
import { type FolderLock, lockFolder } from '../core/host/folder-lock.ts'
import { openLog } from '../core/host/log.ts'
import { writeReadme } from '../core/host/readme-file.ts'
import { openSecretFile } from '../core/host/secret-file.ts'
import { openSettings } from '../core/host/settings-file.ts'
import type { Log } from '../core/ports.ts'
import { DeletionQueue } from '../files/deletion-queue.ts'
import type { PageAddress } from './host-control.ts'
import { nodeNetwork } from './network/node-network.ts'
import { type OpenPage, removeOpenPages, writeOpenPage } from './open-page.ts'
import { type LoopbackServer, type ServerSeam, serveLoopback } from './server.ts'
import { createSessions, TOKEN_LIFE_MS } from './sessions.ts'
import { loopbackShell } from './system-browser.ts'
import { confirmOnTerminal, type Terminal } from './terminal.ts'

export interface LoopbackSettings {
  /** An absolute path; created when missing. */
  readonly dataFolder: string
  /** The folder of an older Ferry that the desktop app still uses; null for none. */
  readonly passedOver?: string | null
  /** The first free port is used; 0 for any. */
  readonly ports: readonly number[]
  readonly pageFolder: string
  readonly version: string
  /** Asks the user for decisions that a page must not make. */
  readonly terminal: Terminal
  /** Called when a browser has opened a session. */
  readonly onSession?: () => void
}

export interface LoopbackHost {
  readonly port: number
  /** Creates an address and invalidates earlier ones. */
  readonly newAddress: () => PageAddress
  /** Ends all sessions; open pages then say that they have none. */
  readonly closeSessions: () => void
  readonly log: Log
  /** Problems during the start that should be printed. */
  readonly troubles: readonly HostNotice[]
  /** Takes at most 2 s. Idempotent. */
  readonly close: () => Promise<void>
}

/**
 * Starts the complete browser host: the data folder, the core and the server.
 *
 * @throws StartRefused with a sentence for the user.
 */
export async function startLoopback(settings: LoopbackSettings): Promise<LoopbackHost> {
  const privacy = makeDataFolder(settings.dataFolder)
  const lock = await lockFolder(settings.dataFolder)
  try {
    const facts = await inspectDataFolder({
      ...{ folder: settings.dataFolder, privacy, platform: process.platform },
      environment: process.env,
    })
    return await serveLocked(settings, lock, facts)
  } catch (error) {
    await lock.release()
    throw isFileError(error) ? unwritable(settings.dataFolder, error) : error
  }
}

async function serveLocked(
  settings: LoopbackSettings,
  lock: FolderLock,
  facts: FolderFacts,
): Promise<LoopbackHost> {
  const { dataFolder, ports, pageFolder } = settings
  const toDelete = new DeletionQueue(dataFolder)
  await toDelete.deleteQueued()
  const log = openLog(dataFolder)
  await writeReadme(dataFolder, {
    host: 'loopback',
    isOpen: facts.isOpen,
    platform: hostPlatform(process.platform),
    ...bucketElsewhere({ dataFolder, environment: process.env, platform: process.platform }),
  })
  const sessions = createSessions(Date.now)
  await removeOpenPages(dataFolder, toDelete)
  let openPage: OpenPage | null = null
  const removeOpenPage = async () => {
    const page = openPage
    openPage = null
    await page?.remove()
  }
  // Requests for an address over the server come only while it runs.
  const newAddress = (): PageAddress => {
    void removeOpenPage()
    const addresses = addressesOf(server, sessions.newToken())
    openPage = timedPage(writeOpenPage(dataFolder, addresses, toDelete))
    return { url: addresses.own, openPage: openPage.path }
  }
  const server: LoopbackServer = await serveLoopback({
    ports,
    pageFolder,
    sessions,
    log,
    openCore: (seam) => openCore(settings, log, seam, facts),
    control: { dataFolder, newAddress },
    onSession: () => {
      void removeOpenPage()
      log.info({}, 'A browser opened a session')
      settings.onSession?.()
    },
  })
  // Older versions stored sessions in this file; today's are only in memory.
  await toDelete.remove(join(dataFolder, 'sessions.json'))
  await lock.announce(server.origin)
  log.info({ port: server.port, version: settings.version }, 'Ferry serves a browser')
  const description = await server.core.handlers.describeHost({})
  return {
    port: server.port,
    newAddress,
    closeSessions: server.closeSessions,
    log,
    troubles: description.ok ? description.value.troubles : [],
    close: async () => {
      await Promise.all([removeOpenPage(), server.close()])
      await lock.release()
    },
  }
}

/** Deletes the page when its token expires. */
function timedPage(page: OpenPage): OpenPage {
  const timer = setTimeout(() => void page.remove(), TOKEN_LIFE_MS).unref()
  return {
    path: page.path,
    remove: async () => {
      clearTimeout(timer)
      await page.remove()
    },
  }
}

async function openCore(
  { dataFolder, version, terminal, passedOver = null }: LoopbackSettings,
  log: Log,
  seam: ServerSeam,
  { isOpen, notices }: FolderFacts,
): Promise<Core> {
  const older: HostNotice[] =
    passedOver === null ? [] : [{ kind: 'older-folder', folder: passedOver }]
  const opened = await openSettings(dataFolder, Date.now())
  const secrets = await openSecretFile(dataFolder, Date.now(), { isOpen })
  return createCore({
    ...seam,
    dataFolder,
    description: { host: 'loopback', version, platform: hostPlatform(process.platform) },
    settings: opened.settings,
    vault: secrets.vault,
    hostShell: loopbackShell(log),
    log,
    now: Date.now,
    environment: process.env,
    nodeNetwork: nodeNetwork({ log, environment: process.env }),
    isCorsHandled: false,
    confirm: confirmOnTerminal(terminal),
    earlyTroubles: [...notices, ...older, ...opened.notices, ...secrets.notices],
  })
}

function addressesOf({ origin, fallbackOrigin }: LoopbackServer, token: string) {
  return { own: `${origin}/#${token}`, fallback: `${fallbackOrigin}/#${token}` }
}

/** File system errors of a folder that can be locked but not used. */
function isFileError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error && 'path' in error
}
