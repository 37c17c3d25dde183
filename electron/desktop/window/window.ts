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

/** The page's own `--bg` (renderer/design/tokens.css): what it paints first must not flash. */
const PAGE_BACKGROUND = { light: '#fbfaf8', dark: '#16181a' } as const

export interface WindowDeps {
  readonly log: Log
  readonly store: Pick<SettingsStore, 'get' | 'set'>
  /** The preload bundle's absolute path. */
  readonly preload: string
  /** `app://ferry/`, or the development server. */
  readonly pageUrl: string
  readonly onShown: () => void
}

/** Opens the one window, hidden until the page has painted. */
export function openWindow(deps: WindowDeps): BrowserWindow {
  const { bounds, mode } = rememberedState(deps.store)
  const window = new BrowserWindow(windowOptions(deps, bounds))
  showWhenReady(window, deps.log, () => {
    showAs(window, mode)
    deps.onShown()
  })
  window.on('close', () => rememberState(window, deps.store))
  // A page's wish to stay would keep the window open without a word; its uploads go on next time.
  window.webContents.on('will-prevent-unload', (event) => event.preventDefault())
  // WebRTC passes by the policy and the request wall, and Chromium knows no `webrtc 'block'`; so at
  // least it sends no UDP, and tells no address: Electron's docs/api/web-contents.md.
  window.webContents.setWebRTCIPHandlingPolicy('disable_non_proxied_udp')
  // `did-fail-load` says the same, and is logged.
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

/** Brings the window to the front, wherever it hides. */
export function focusWindow(window: BrowserWindow): void {
  if (window.isMinimized()) window.restore()
  window.show()
  window.focus()
}

const SHOW_WITHIN_MS = 3000
/** Chromium's `ERR_ABORTED`: another load took this one's place. */
const ABORTED = -3

/**
 * Shows a window once its page has painted, so that nothing flashes. On Wayland a hidden window may
 * never say `ready-to-show` (electron/electron#48859), so the first of that, the end of the load and
 * three seconds counts. A window that is gone by then stays gone.
 */
export function showWhenReady(window: BrowserWindow, log: Log, show: () => void): void {
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
