import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { NoticeName, NoticePayload } from '../../electron/contract/notices.ts'
import { logTo } from '../../electron/core/host/log.ts'
import { openSecretFile } from '../../electron/core/host/secret-file.ts'
import { openSettings } from '../../electron/core/host/settings-file.ts'
import type { CorePorts, QueueState } from '../../electron/core/ports.ts'

/** Records the notices that a core sends to its host. */
export class Heard {
  readonly notices: { readonly name: NoticeName; readonly payload: unknown }[] = []
  readonly origins: (readonly string[])[] = []
  readonly copied: string[] = []
  readonly opened: string[] = []
  readonly queues: QueueState[] = []
  log = ''

  /** Payloads of one notice, oldest first. */
  of<N extends NoticeName>(name: N): NoticePayload<N>[] {
    return this.notices.flatMap((each) =>
      each.name === name ? [each.payload as NoticePayload<N>] : [],
    )
  }
}

/** A folder in the system's temporary one, and a function that removes it. */
export function temporaryFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'ferry-core-'))
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

/** Real settings, secrets and log in a real folder; only the host's shell is faked. */
export async function corePorts(
  dataFolder: string,
  heard: Heard,
  changes: Partial<CorePorts> = {},
): Promise<CorePorts> {
  const nowMs = changes.now?.() ?? Date.now()
  const { settings, notices } = await openSettings(dataFolder, nowMs)
  const secrets = await openSecretFile(dataFolder, nowMs)
  return {
    dataFolder,
    description: { host: 'loopback', version: '0.0.0', platform: 'linux' },
    settings,
    vault: secrets.vault,
    hostShell: {
      copyText: async (text) => heard.copied.push(text) > 0,
      openFolder: async (path) => heard.opened.push(path) > 0,
      showProgress: () => undefined,
      queueChanged: (queue) => {
        heard.queues.push(queue)
      },
      endpointsChanged: (origins) => {
        heard.origins.push(origins)
      },
    },
    log: logTo({
      write: (line) => {
        heard.log += line
      },
    }),
    now: Date.now,
    // Nothing from the computer's own environment.
    environment: { HOME: dataFolder },
    pageOrigin: () => 'http://127.0.0.1:1',
    corsOrigin: () => 'http://127.0.0.1:1',
    isCorsHandled: false,
    // Like a process without a terminal.
    confirm: async () => 'cannot-ask',
    notify: (name, payload) => {
      heard.notices.push({ name, payload })
    },
    earlyTroubles: [...notices, ...secrets.notices],
    ...changes,
  }
}
