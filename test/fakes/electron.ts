// Replaces the `electron` module in tests (vite.config.ts aliases it): records the calls and lets a
// test trigger Electron's events. It contains no logic of its own.
import { FakeApp } from './electron/app.ts'
import { FakeNotification, FakeTray } from './electron/attention.ts'
import { ipcMain } from './electron/ipc.ts'
import { netControl } from './electron/net.ts'
import { FakeSession } from './electron/session.ts'
import { dialog, powerMonitor, shell } from './electron/system.ts'
import { FakeWindow } from './electron/window.ts'

export {
  FakeNotification,
  FakeNotification as Notification,
  FakeTray,
  FakeTray as Tray,
  nativeImage,
} from './electron/attention.ts'
export * from './electron/ipc.ts'
export { net, netControl } from './electron/net.ts'
export { safeStorage } from './electron/safe-storage.ts'
export { FakeSession } from './electron/session.ts'
export * from './electron/system.ts'
export {
  FakeWebContents,
  FakeWindow,
  FakeWindow as BrowserWindow,
} from './electron/window.ts'

export const app = new FakeApp()
netControl.app = app

export const session = {
  defaultSession: new FakeSession(),
  partitions: new Map<string, { session: FakeSession; options: unknown }>(),
  fromPartition(name: string, options?: unknown): FakeSession {
    const known = session.partitions.get(name)
    if (known !== undefined) return known.session
    const made = { session: new FakeSession(), options }
    session.partitions.set(name, made)
    return made.session
  },
}

export const protocol = {
  schemes: [] as Electron.CustomScheme[],
  registerSchemesAsPrivileged(schemes: Electron.CustomScheme[]): void {
    protocol.schemes = schemes
  },
}

/** Resets the fakes between tests of the whole app, which share this module. */
export function resetElectron(): void {
  app.reset()
  powerMonitor.removeAllListeners()
  session.defaultSession = new FakeSession()
  session.partitions.clear()
  protocol.schemes = []
  netControl.reset()
  FakeWindow.opened.length = 0
  FakeNotification.reset()
  FakeTray.reset()
  dialog.reset()
}

/**
 * Passes a fake to code that expects Electron's own class: the classes have hundreds of members, of
 * which the code under test uses a few.
 */
export function standIn<T>(fake: object): T {
  return fake as T
}

/** Electron's module is its own default export; electron-store requires that. */
const electron = { app, ipcMain, shell }

export { electron as default }
