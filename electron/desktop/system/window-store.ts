import { ipcMain } from 'electron'
import ElectronStore from 'electron-store'
import type { Log, SettingsStore } from '../../core/ports.ts'

export interface WindowStoreDeps {
  readonly dataFolder: string
  /** Older versions kept the window's bounds there; read until `window.json` has them. */
  readonly settings: Pick<SettingsStore, 'get'>
  readonly log: Pick<Log, 'warn'>
}

/**
 * Keeps the window's bounds and mode in `window.json`. They are written when the window closes, and
 * nothing after that event is sure to run, so electron-store's synchronous write is what is needed.
 * The rest of the settings is not written with it, because it blocks the process for up to a second
 * while another program holds the file (docs/decisions/0005-records-in-sqlite.md).
 *
 * Never throws when it opens: without the file, the window opens at its usual place.
 */
export function openWindowStore(deps: WindowStoreDeps): Pick<SettingsStore, 'get' | 'set'> {
  const { settings, log } = deps
  try {
    const store = openedStore(deps.dataFolder)
    const remembered = new Map(Object.entries(store.store))
    return {
      get: (key) => remembered.get(key) ?? settings.get(key),
      set: (key, value) => store.set(key, value),
    }
  } catch (error) {
    // Its text names the folder.
    const code = error instanceof Error && 'code' in error ? error.code : null
    log.warn({ code }, 'The remembered place of the window could not be read')
    return { get: settings.get, set: () => undefined }
  } finally {
    // electron-store answers pages that keep a store of their own; ours may not ask anything unchecked.
    ipcMain.removeAllListeners('electron-store-get-data')
  }
}

type Values = Record<string, ReturnType<SettingsStore['get']>>

function openedStore(dataFolder: string): ElectronStore<Values> {
  return new ElectronStore<Values>({
    cwd: dataFolder,
    name: 'window',
    accessPropertiesByDotNotation: false,
    // Without it the file could be read by everybody.
    configFileMode: 0o600,
    // A damaged file costs no more than the window's place.
    clearInvalidConfig: true,
  })
}
