import { type BrowserWindow, ipcMain, screen } from 'electron'
import ElectronStore from 'electron-store'
import * as z from 'zod/mini'
import type { Log, SettingsStore } from '../../core/ports.ts'

const BOUNDS_KEY = 'window'
/** A separate key, because older versions of Ferry read the bounds without it. */
const MODE_KEY = 'windowMode'

const WindowMode = z.enum(['normal', 'maximized', 'full-screen'])
type WindowMode = z.infer<typeof WindowMode>

export interface WindowState {
  /** Null lets the system place the window. */
  readonly bounds: WindowBounds | null
  readonly mode: WindowMode
}

export function rememberedState(store: Pick<SettingsStore, 'get'>): WindowState {
  const workAreas = screen.getAllDisplays().map((display) => display.workArea)
  const mode = WindowMode.safeParse(store.get(MODE_KEY))
  return {
    bounds: placeWindow(store.get(BOUNDS_KEY), workAreas),
    mode: mode.success ? mode.data : 'normal',
  }
}

/** Must be called before the window closes. */
export function rememberState(window: BrowserWindow, store: Pick<SettingsStore, 'set'>): void {
  const mode = modeOf(window)
  const normal = window.getNormalBounds()
  // Maximizing fills the window's screen, so it must open on that screen.
  const { workArea } = screen.getDisplayMatching(window.getBounds())
  const bounds = mode === 'normal' ? normal : sameScreen(normal, workArea)
  try {
    store.set(BOUNDS_KEY, { ...bounds })
    store.set(MODE_KEY, mode)
  } catch {
    // A full disk must not keep a window from closing.
  }
}

/** Restores the window's mode. `maximize` itself shows a hidden window, without the focus. */
export function showAs(window: BrowserWindow, mode: WindowMode): void {
  if (mode === 'maximized') window.maximize()
  window.show()
  if (mode === 'full-screen') window.setFullScreen(true)
}

function modeOf(window: BrowserWindow): WindowMode {
  if (window.isFullScreen()) return 'full-screen'
  return window.isMaximized() ? 'maximized' : 'normal'
}

const pixels = z.int().check(z.gte(-100_000), z.lte(100_000))

/** In device-independent pixels, like Electron's `Rectangle`. */
export const WindowBounds = z.strictObject({ x: pixels, y: pixels, width: pixels, height: pixels })
export type WindowBounds = z.infer<typeof WindowBounds>

export const DEFAULT_SIZE = { width: 1120, height: 740 } as const
export const MIN_SIZE = { width: 360, height: 420 } as const

/** The part of the title bar that must be visible so that the user can drag the window. */
const MIN_VISIBLE_TITLE = { width: 120, height: 24 } as const

/**
 * Restores the window's last position if it is still on a screen, shrunk to that screen. Null lets
 * the system place a window of the default size.
 */
export function placeWindow(
  remembered: unknown,
  workAreas: readonly WindowBounds[],
): WindowBounds | null {
  const parsed = WindowBounds.safeParse(remembered)
  if (!parsed.success) return null
  const bounds = parsed.data
  const screen = workAreas.find((area) => isGrabbable(bounds, area))
  if (screen === undefined) return null
  const width = Math.max(MIN_SIZE.width, Math.min(bounds.width, screen.width))
  const height = Math.max(MIN_SIZE.height, Math.min(bounds.height, screen.height))
  return { x: bounds.x, y: bounds.y, width, height }
}

/** Moves the bounds to this screen unless their centre is already on it. */
function sameScreen(bounds: WindowBounds, area: WindowBounds): WindowBounds {
  const middle = { x: bounds.x + bounds.width / 2, y: bounds.y + bounds.height / 2 }
  const isThere =
    middle.x >= area.x &&
    middle.x < area.x + area.width &&
    middle.y >= area.y &&
    middle.y < area.y + area.height
  return isThere ? bounds : { ...bounds, x: area.x, y: area.y }
}

function isGrabbable(bounds: WindowBounds, area: WindowBounds): boolean {
  const visible =
    Math.min(bounds.x + bounds.width, area.x + area.width) - Math.max(bounds.x, area.x)
  const isTitleVisible =
    bounds.y >= area.y && bounds.y + MIN_VISIBLE_TITLE.height <= area.y + area.height
  return visible >= MIN_VISIBLE_TITLE.width && isTitleVisible
}

export interface WindowStoreDeps {
  readonly dataFolder: string
  /** Older versions stored the window's bounds here; read until `window.json` has them. */
  readonly settings: Pick<SettingsStore, 'get'>
  readonly log: Pick<Log, 'warn'>
}

/**
 * Stores the window's bounds and mode in `window.json`. They are written when the window closes,
 * and nothing after that event is sure to run, so electron-store's synchronous write is needed. The
 * other settings are not stored this way, because it blocks the process for up to a second while
 * another program has the file open (docs/decisions/0005-records-in-sqlite.md).
 *
 * Opening never throws: without the file, the window opens at its default position.
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
    // The message contains the folder.
    const code = error instanceof Error && 'code' in error ? error.code : null
    log.warn({ code }, 'The remembered position of the window could not be read')
    return { get: settings.get, set: () => undefined }
  } finally {
    // electron-store serves pages that keep their own store; Ferry's page must not send anything
    // unchecked.
    ipcMain.removeAllListeners('electron-store-get-data')
  }
}

type Values = Record<string, ReturnType<SettingsStore['get']>>

function openedStore(dataFolder: string): ElectronStore<Values> {
  return new ElectronStore<Values>({
    cwd: dataFolder,
    name: 'window',
    accessPropertiesByDotNotation: false,
    // Without this, every user could read the file.
    configFileMode: 0o600,
    // A damaged file only loses the window's position.
    clearInvalidConfig: true,
  })
}
