import { BrowserWindow, type BrowserWindowConstructorOptions, nativeTheme } from 'electron'
import type { Log, SettingsStore } from '../core/ports.ts'
import { showWhenReady } from './system/show-window.ts'
import { rememberedState, rememberState, showAs } from './system/window-state.ts'
import { DEFAULT_SIZE, MIN_SIZE, type WindowBounds } from './window-bounds.ts'

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
