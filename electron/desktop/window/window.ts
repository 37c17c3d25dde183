import { BrowserWindow, type BrowserWindowConstructorOptions, nativeTheme } from 'electron'
import type { Log, SettingsStore } from '../../core/ports.ts'
import {
  DEFAULT_SIZE,
  MIN_SIZE,
  rememberedState,
  rememberState,
  showAs,
  type WindowBounds,
} from './window-state.ts'

/** The page's `--bg` (renderer/design/tokens.css), so that the first paint does not flash. */
const PAGE_BACKGROUND = { light: '#fbfaf8', dark: '#16181a' } as const

export interface WindowDeps {
  readonly log: Log
  readonly store: Pick<SettingsStore, 'get' | 'set'>
  /** The absolute path of the preload bundle. */
  readonly preload: string
  /** `app://ferry/`, or the development server. */
  readonly pageUrl: string
  readonly onShown: () => void
}

/** Opens the window, hidden until the page has painted. */
export function openWindow(deps: WindowDeps): BrowserWindow {
  const { bounds, mode } = rememberedState(deps.store)
  const window = new BrowserWindow(windowOptions(deps, bounds))
  showWhenReady(window, deps.log, () => {
    showAs(window, mode)
    deps.onShown()
  })
  window.on('close', () => rememberState(window, deps.store))
  // A page's `beforeunload` would silently keep the window open; its uploads resume at the next
  // start.
  window.webContents.on('will-prevent-unload', (event) => event.preventDefault())
  // WebRTC bypasses the policy and the request guard, and Chromium does not support `webrtc
  // 'block'`. This setting at least sends no UDP and reveals no address: Electron's
  // docs/api/web-contents.md.
  window.webContents.setWebRTCIPHandlingPolicy('disable_non_proxied_udp')
  // `did-fail-load` reports the same and is logged.
  window.loadURL(deps.pageUrl).catch(() => undefined)
  return window
}

function windowOptions(
  { preload }: WindowDeps,
  bounds: WindowBounds | null,
): BrowserWindowConstructorOptions {
  return {
    ...DEFAULT_SIZE,
    ...bounds,
    minWidth: MIN_SIZE.width,
    minHeight: MIN_SIZE.height,
    show: false,
    title: 'Ferry',
    backgroundColor: nativeTheme.shouldUseDarkColors ? PAGE_BACKGROUND.dark : PAGE_BACKGROUND.light,
    autoHideMenuBar: true,
    webPreferences: {
      preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      experimentalFeatures: false,
      webviewTag: false,
      navigateOnDragDrop: false,
      safeDialogs: true,
      spellcheck: false,
    },
  }
}

/** Restores the window and brings it to the front. */
export function focusWindow(window: BrowserWindow): void {
  if (window.isMinimized()) window.restore()
  window.show()
  window.focus()
}

const SHOW_WITHIN_MS = 3000
/** Chromium's `ERR_ABORTED`: another load replaced this one. */
const ABORTED = -3

/**
 * Shows a window once its page has painted, so that nothing flashes. On Wayland a hidden window may
 * never emit `ready-to-show` (electron/electron#48859), so the window is shown at the first of that
 * event, the end of the load and three seconds. A window that is closed by then stays closed.
 */
function showWhenReady(window: BrowserWindow, log: Log, show: () => void): void {
  let isOver = false
  const end = () => {
    isOver = true
    clearTimeout(timer)
  }
  const showOnce = () => {
    if (isOver) return
    end()
    if (!window.isDestroyed()) show()
  }
  const timer = setTimeout(showOnce, SHOW_WITHIN_MS)
  window.once('ready-to-show', showOnce)
  window.once('closed', end)
  window.webContents.on('did-finish-load', showOnce)
  window.webContents.on(
    'did-fail-load',
    (_event, errorCode, errorDescription, _url, isMainFrame) => {
      if (!isMainFrame || errorCode === ABORTED) return
      log.error({ errorCode, errorDescription }, 'The page could not be loaded')
      showOnce()
    },
  )
}
