import { type BrowserWindow, screen } from 'electron'
import * as z from 'zod/mini'
import type { SettingsStore } from '../../core/ports.ts'
import { placeWindow, sameScreen, type WindowBounds } from '../window-bounds.ts'

const BOUNDS_KEY = 'window'
/** Beside the bounds, which an older Ferry reads without it. */
const MODE_KEY = 'windowMode'

const WindowMode = z.enum(['normal', 'maximized', 'full-screen'])
type WindowMode = z.infer<typeof WindowMode>

export interface WindowState {
  /** Null: let the system place it. */
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

/** Called while the window still is there. */
export function rememberState(window: BrowserWindow, store: Pick<SettingsStore, 'set'>): void {
  const mode = modeOf(window)
  const normal = window.getNormalBounds()
  // A window fills the screen that it is on, so that is where it has to open.
  const { workArea } = screen.getDisplayMatching(window.getBounds())
  const bounds = mode === 'normal' ? normal : sameScreen(normal, workArea)
  try {
    store.set(BOUNDS_KEY, { ...bounds })
    store.set(MODE_KEY, mode)
  } catch {
    // A full disk must not keep a window from closing.
  }
}

/** Shows it as it was. `maximize` shows a hidden window by itself, without the focus. */
export function showAs(window: BrowserWindow, mode: WindowMode): void {
  if (mode === 'maximized') window.maximize()
  window.show()
  if (mode === 'full-screen') window.setFullScreen(true)
}

function modeOf(window: BrowserWindow): WindowMode {
  if (window.isFullScreen()) return 'full-screen'
  return window.isMaximized() ? 'maximized' : 'normal'
}
