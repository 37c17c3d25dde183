import { EventEmitter } from 'node:events'
import type {
  BrowserWindowConstructorOptions,
  Rectangle,
  WindowOpenHandlerResponse,
} from 'electron'

let lastId = 0

export interface FakeFrame {
  origin: string
  parent: object | null
  detached: boolean
}

export class FakeWebContents extends EventEmitter {
  readonly id = ++lastId
  readonly mainFrame: FakeFrame = { origin: 'app://ferry', parent: null, detached: false }
  readonly sent: { channel: string; payload: unknown }[] = []
  reloadCount = 0
  isThrottled = true
  /** How often background throttling was set. */
  throttlingCallCount = 0
  isGone = false
  webRtcPolicy = 'default'
  #open: ((details: { url: string }) => WindowOpenHandlerResponse) | null = null

  setWindowOpenHandler(handler: (details: { url: string }) => WindowOpenHandlerResponse): void {
    this.#open = handler
  }

  /** The page calls `window.open`. Without a handler Electron opens a window. */
  opens(url: string): string {
    return this.#open?.({ url }).action ?? 'allow'
  }

  /** Whether Electron would navigate there. */
  navigates(event: string, url: string, isMainFrame = true): boolean {
    let isPrevented = false
    const preventDefault = () => {
      isPrevented = true
    }
    this.emit(event, { url, isMainFrame, preventDefault })
    return !isPrevented
  }

  send(channel: string, payload: unknown): void {
    this.sent.push({ channel, payload })
  }

  setBackgroundThrottling(isThrottled: boolean): void {
    this.isThrottled = isThrottled
    this.throttlingCallCount += 1
  }

  setWebRTCIPHandlingPolicy(policy: string): void {
    this.webRtcPolicy = policy
  }

  /** Scripts that were run, and whether with a user gesture. */
  readonly executed: { readonly code: string; readonly isGesture: boolean }[] = []
  /** If set, the page cannot run scripts, as after a crash. */
  scriptFailure: Error | null = null

  /** Lets a test play the scripts of this window's page. */
  runScript: (code: string) => unknown = () => undefined

  async executeJavaScript(code: string, isGesture = false): Promise<unknown> {
    if (this.scriptFailure !== null) throw this.scriptFailure
    this.executed.push({ code, isGesture })
    return this.runScript(code)
  }

  reload(): void {
    this.reloadCount += 1
  }

  isDestroyed(): boolean {
    return this.isGone
  }
}

export class FakeWindow<C extends FakeWebContents = FakeWebContents> extends EventEmitter {
  static readonly opened: FakeWindow[] = []
  /** Emits `opened` for each new window. */
  static readonly events = new EventEmitter()
  readonly webContents: C
  readonly options: BrowserWindowConstructorOptions
  readonly calls: string[] = []
  readonly loaded: string[] = []
  progress: { value: number; mode: string | undefined } | null = null
  bounds: Rectangle = { x: 0, y: 0, width: 800, height: 600 }
  /** The current bounds while maximised or in full screen; otherwise `bounds` applies. */
  filled: Rectangle | null = null
  mode: 'normal' | 'maximized' | 'full-screen' = 'normal'
  isGone = false
  isSmall = false
  isShown = false
  isInFront = false
  flashes = false
  overlay: { icon: object | null; description: string } | null = null

  constructor(
    options: BrowserWindowConstructorOptions = {},
    webContents: C = new FakeWebContents() as C,
  ) {
    super()
    this.webContents = webContents
    this.options = options
    FakeWindow.opened.push(this)
    FakeWindow.events.emit('opened', this)
  }

  async loadURL(url: string): Promise<void> {
    this.loaded.push(url)
  }

  show(): void {
    this.#mustLive()
    this.calls.push('show')
    if (this.isShown) return
    this.isShown = true
    this.emit('show')
  }

  hide(): void {
    this.calls.push('hide')
    this.blur()
    if (!this.isShown) return
    this.isShown = false
    this.emit('hide')
  }

  isVisible(): boolean {
    return this.isShown
  }

  /** Electron throws for every call on a destroyed window. */
  #mustLive(): void {
    if (this.isGone) throw new TypeError('Object has been destroyed')
  }

  focus(): void {
    this.calls.push('focus')
    if (this.isInFront) return
    this.isInFront = true
    this.emit('focus')
  }

  /** The user switches to another program. */
  blur(): void {
    if (!this.isInFront) return
    this.isInFront = false
    this.emit('blur')
  }

  isFocused(): boolean {
    return this.isInFront
  }

  flashFrame(flashes: boolean): void {
    this.flashes = flashes
  }

  /** Windows only. */
  setOverlayIcon(icon: object | null, description: string): void {
    this.overlay = { icon, description }
  }

  restore(): void {
    this.calls.push('restore')
  }

  isMinimized(): boolean {
    return this.isSmall
  }

  isDestroyed(): boolean {
    return this.isGone
  }

  getNormalBounds(): Rectangle {
    return this.bounds
  }

  getBounds(): Rectangle {
    return this.filled ?? this.bounds
  }

  maximize(): void {
    this.#mustLive()
    this.mode = 'maximized'
    this.calls.push('maximize')
  }

  setFullScreen(isFull: boolean): void {
    this.#mustLive()
    this.mode = isFull ? 'full-screen' : 'normal'
    this.calls.push('setFullScreen')
    // Asynchronous, because the change takes its time (docs/api/browser-window.md).
    queueMicrotask(() => this.emit(isFull ? 'enter-full-screen' : 'leave-full-screen'))
  }

  isMaximized(): boolean {
    return this.mode === 'maximized'
  }

  isFullScreen(): boolean {
    return this.mode === 'full-screen'
  }

  setProgressBar(value: number, options?: { mode?: string }): void {
    this.progress = { value, mode: options?.mode }
  }

  /** The user closes it; a listener may keep it open. */
  close(): void {
    const event = {
      defaultPrevented: false,
      preventDefault: () => {
        event.defaultPrevented = true
      },
    }
    this.emit('close', event)
    if (!event.defaultPrevented) this.destroy()
  }

  /** Closes without asking. */
  destroy(): void {
    if (this.isGone) return
    this.isGone = true
    this.isShown = false
    this.emit('closed')
  }
}
