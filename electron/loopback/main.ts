import type { HostTrouble } from '../contract/commands.ts'
import type { Core } from '../core/core.ts'
import { createCore } from '../core/create-core.ts'
import { makeDataFolder, unwritable } from '../core/host/data-folder.ts'
import { type FolderLock, lockFolder } from '../core/host/folder-lock.ts'
import { hostPlatform } from '../core/host/host-platform.ts'
import { openLog } from '../core/log.ts'
import type { CorePorts, Log } from '../core/ports.ts'
import { openSecretFile } from '../core/secret-file.ts'
import { openSettings } from '../core/settings-conf.ts'
import { type LoopbackServer, serveLoopback } from './server.ts'
import { openSessions, type Sessions } from './sessions.ts'
import { loopbackSurroundings } from './surroundings.ts'
import { trustSystemAuthorities } from './system-authorities.ts'

export interface LoopbackSettings {
  /** Absolute; made when it is missing. */
  readonly dataFolder: string
  /** The first free one is taken; 0 is any. */
  readonly ports: readonly number[]
  readonly pageFolder: string
  readonly version: string
}

export interface LoopbackHost {
  /** Carries the one-time token: whoever opens it first has the session. */
  readonly url: string
  readonly port: number
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
  trustSystemAuthorities()
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
  const sessions = openSessions(dataFolder, Date.now)
  const server = await serveLoopback({
    ports,
    pageFolder,
    sessions,
    log,
    openCore: (seam) => openCore(settings, log, seam),
  })
  lock.announce(server.origin)
  log.info({ port: server.port, version: settings.version }, 'Ferry serves a browser')
  const description = await server.core.handlers.describeHost({})
  return {
    ...addressOf(server, sessions),
    log,
    troubles: description.ok ? description.value.troubles : [],
    close: async () => {
      await server.close()
      lock.release()
    },
  }
}

function openCore(
  { dataFolder, version }: LoopbackSettings,
  log: Log,
  seam: Pick<CorePorts, 'pageOrigin' | 'notify'>,
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
    isCorsHandled: false,
    earlyTroubles: [...opened.troubles, ...secrets.troubles],
  })
}

function addressOf({ origin, port }: LoopbackServer, { token }: Sessions) {
  return { port, url: `${origin}/#${token}` }
}

/** What the file system answers when a folder lets itself be locked but not be used. */
function isFileError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error && 'path' in error
}
