import { existsSync } from 'node:fs'
import { join } from 'node:path'
import Conf from 'conf'
import type { HostTrouble } from '../contract/commands.ts'
import type { Json, SettingsStore } from './ports.ts'
import { claimExisting } from './private-files.ts'
import { setAside } from './set-aside.ts'

/** What Ferry uses of `conf`, and of `electron-store`, which is made on it. */
interface ConfLike {
  get(key: string): unknown
  set(key: string, value: unknown): void
  delete(key: string): void
}

interface ConfOptions {
  readonly cwd: string
  readonly projectName: string
  readonly configName: string
  readonly name: string
  readonly configFileMode: number
  readonly accessPropertiesByDotNotation: false
}

export type ConfClass = new (options: ConfOptions) => ConfLike

export interface OpenedSettings {
  readonly settings: SettingsStore
  readonly troubles: readonly HostTrouble[]
}

/**
 * Opens `settings.json` in the data folder. The desktop passes `electron-store`'s class, whose file
 * name option is `name`; `conf`'s is `configName`, and each ignores the other's.
 *
 * A file that is not JSON is moved aside and reported, and settings begin anew.
 */
export function openSettings(
  dataFolder: string,
  nowMs: number,
  Store: ConfClass = Conf<Record<string, unknown>>,
): OpenedSettings {
  const file = join(dataFolder, 'settings.json')
  // conf follows a link here. Its temporary names can be guessed, which is no use to anybody in a
  // folder that is ours alone.
  claimExisting(file)
  const open = () =>
    new Store({
      cwd: dataFolder,
      projectName: 'ferry',
      configName: 'settings',
      name: 'settings',
      // conf's default would leave the file readable by everybody (facts: 0644 with umask 022).
      configFileMode: 0o600,
      accessPropertiesByDotNotation: false,
    })
  try {
    return { settings: storeOver(open()), troubles: [] }
  } catch (error) {
    if (!(error instanceof SyntaxError) || !existsSync(file)) throw error
    const movedTo = setAside(file, nowMs)
    return {
      settings: storeOver(open()),
      troubles: [{ kind: 'file-set-aside', what: 'settings', movedTo }],
    }
  }
}

function storeOver(conf: ConfLike): SettingsStore {
  return {
    // The file is JSON, so every value in it is.
    get: (key) => conf.get(key) as Json | undefined,
    set: (key, value) => conf.set(key, value),
    delete: (key) => conf.delete(key),
  }
}
