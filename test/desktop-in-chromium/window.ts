// Imports the object, because asar-loader.ts replaces its properties to read inside app.asar.
import fs from 'node:fs'
import type { BrowserWindowConstructorOptions } from 'electron'
import { ipcMain } from '../fakes/electron/ipc.ts'
import { FakeWebContents, FakeWindow } from '../fakes/electron/window.ts'
import type { CdpSession, Chromium } from './cdp.ts'
import { asChromiumLoads } from './origins.ts'
import { isolatedWorld, mainWorld } from './page-side.ts'

const PRELOAD_WORLD = 'preload'

interface BindingCall {
  readonly name: string
  readonly payload: string
  readonly executionContextId: number
}

interface RemoteObject {
  readonly objectId?: string
}

/** Electron's `webContents` for a tab: the preload runs in an isolated world, before the page. */
export class PageContents extends FakeWebContents {
  #session: CdpSession | null = null
  #chromium: Chromium | null = null
  #targetId = ''
  #preloadContext = 0
  readonly refused = new Set<string>()

  async open(chromium: Chromium, preload: string, url: string): Promise<void> {
    this.#chromium = chromium
    const { targetId } = await chromium.send('Target.createTarget', { url: 'about:blank' })
    this.#targetId = String(targetId)
    const session = await chromium.attach(this.#targetId)
    this.#session = session
    this.#hear(session)
    await session.send('Runtime.enable')
    await session.send('Page.enable')
    await session.send('DOM.enable')
    await session.send('Inspector.enable')
    await session.send('Runtime.addBinding', {
      name: 'standInIpc',
      executionContextName: PRELOAD_WORLD,
    })
    await session.send('Runtime.addBinding', { name: 'standInPaths' })
    if (preload !== '') await this.#addPreload(session, preload)
    this.emit('did-start-loading')
    const { errorText } = await session.send('Page.navigate', { url: asChromiumLoads(url) })
    if (errorText !== undefined) {
      this.emit('did-fail-load', {}, -2, String(errorText), url, true)
      throw new Error(`${String(errorText)} (-2) loading '${url}'`)
    }
  }

  async #addPreload(session: CdpSession, preload: string): Promise<void> {
    await session.send('Page.addScriptToEvaluateOnNewDocument', {
      source: `(${isolatedWorld.toString()})();\n${fs.readFileSync(preload, 'utf8')}`,
      worldName: PRELOAD_WORLD,
      runImmediately: true,
    })
    await session.send('Page.addScriptToEvaluateOnNewDocument', {
      source: `(${mainWorld.toString()})()`,
    })
  }

  /**
   * Settles with the result of the script's promise: docs/api/web-contents.md. With `userGesture`
   * Chromium treats the page as if its user had interacted with it.
   */
  override async executeJavaScript(expression: string, userGesture = false): Promise<unknown> {
    await super.executeJavaScript(expression, userGesture)
    const answer = await this.debug('Runtime.evaluate', {
      ...{ expression, userGesture, awaitPromise: true, returnByValue: true },
    })
    if (answer.exceptionDetails !== undefined) throw new Error('Script failed to execute')
    return (answer.result as { value?: unknown }).value
  }

  /** Sends a debugger command to the page, for checks and clicks that need it. */
  debug(method: string, params: Readonly<Record<string, unknown>> = {}) {
    if (this.#session === null) throw new Error('The page is not loaded yet')
    return this.#session.send(method, params)
  }

  override navigates(event: string, url: string, isMainFrame = true): boolean {
    const isAllowed = super.navigates(event, url, isMainFrame)
    if (!isAllowed) this.refused.add(url)
    return isAllowed
  }

  override send(channel: string, payload: unknown): void {
    super.send(channel, payload)
    const args = `${JSON.stringify(channel)}, ${JSON.stringify(payload ?? null)}`
    void this.#inPreload(`standInNotice(${args})`)
  }

  override reload(): void {
    super.reload()
    void this.#session?.send('Page.reload').catch(() => undefined)
  }

  /** Asks the page whether it may be closed, as `window.close()` in Electron does. */
  async closeTab(): Promise<'closed' | 'kept'> {
    const session = this.#session
    if (session === null || this.isGone) return 'closed'
    const outcome = Promise.withResolvers<'closed' | 'kept'>()
    session.on('Page.javascriptDialogOpening', ({ type }: { type: string }) => {
      if (type !== 'beforeunload') return
      let isAllowed = false
      const preventDefault = () => {
        isAllowed = true
      }
      this.emit('will-prevent-unload', { preventDefault })
      void session.send('Page.handleJavaScriptDialog', { accept: isAllowed })
      if (!isAllowed) outcome.resolve('kept')
    })
    this.#chromium?.on('Target.targetDestroyed', ({ targetId }: { targetId: string }) => {
      if (targetId === this.#targetId) outcome.resolve('closed')
    })
    await session.send('Page.close').catch(() => undefined)
    return outcome.promise
  }

  async destroyTab(): Promise<void> {
    await this.#chromium
      ?.send('Target.closeTarget', { targetId: this.#targetId })
      .catch(() => undefined)
  }

  #hear(session: CdpSession): void {
    session.on(
      'Runtime.executionContextCreated',
      ({ context }: { context: { id: number; name: string } }) => {
        if (context.name === PRELOAD_WORLD) this.#preloadContext = context.id
      },
    )
    session.on('Runtime.bindingCalled', (call: BindingCall) => {
      void (call.name === 'standInIpc' ? this.#invoke(call.payload) : this.#findPaths(call))
    })
    session.on('Page.loadEventFired', () => this.emit('did-finish-load'))
    session.on('Inspector.targetCrashed', () => {
      this.emit('render-process-gone', {}, { reason: 'crashed', exitCode: 133 })
    })
    session.on('Page.windowOpen', ({ url }: { url: string }) => {
      if (this.opens(url) === 'deny') this.refused.add(url)
    })
  }

  async #invoke(payload: string): Promise<void> {
    const { id, channel, input } = JSON.parse(payload) as {
      readonly id: number
      readonly channel: string
      readonly input: unknown
    }
    const event = { sender: this, senderFrame: this.mainFrame }
    const answer = await ipcMain.invoke(channel, event, input).then(
      (value) => [true, value ?? null] as const,
      // Electron's wording (lib/renderer/api/ipc-renderer.ts).
      (error) => [false, `Error invoking remote method '${channel}': ${String(error)}`] as const,
    )
    await this.#inPreload(`standInReply(${id}, ${answer[0]}, ${JSON.stringify(answer[1])})`)
  }

  /** Chromium tells the debugger the path of a File, or none if a script created it. */
  async #findPaths({ payload, executionContextId: contextId }: BindingCall): Promise<void> {
    const session = this.#session
    if (session === null) return
    const { result } = await session.send('Runtime.evaluate', {
      expression: `standInFiles[${payload}]`,
      contextId,
    })
    const { result: properties } = await session.send('Runtime.getProperties', {
      objectId: (result as RemoteObject).objectId,
      ownProperties: true,
    })
    const files = (properties as { name: string; value?: RemoteObject }[]).filter(({ name }) =>
      /^\d+$/.test(name),
    )
    const paths = await Promise.all(
      files.map(async ({ value }) => {
        const info = await session
          .send('DOM.getFileInfo', { objectId: value?.objectId })
          .catch(() => ({ path: '' }))
        return info.path
      }),
    )
    await session.send('Runtime.evaluate', {
      expression: `standInFound(${payload}, ${JSON.stringify(paths)})`,
      contextId,
    })
  }

  async #inPreload(expression: string): Promise<void> {
    // A page that was left or has crashed receives nothing, as in Electron.
    await this.#session
      ?.send('Runtime.evaluate', { expression, contextId: this.#preloadContext })
      .catch(() => undefined)
  }
}

/** Starts Chromium with the first window. */
export type StartChromium = () => Promise<Chromium>

/** Electron's BrowserWindow: its appearance is only recorded, but its page is real. */
export class PageWindow extends FakeWindow<PageContents> {
  static start: StartChromium = () => Promise.reject(new Error('No Chromium yet'))
  /** Electron does not emit it on some Wayland compositors (electron#48859). */
  static saysReadyToShow = true
  static readonly open = new Set<PageWindow>()

  /** Addresses to which navigation, or a new window, was prevented. */
  static refused(): string[] {
    return [...PageWindow.open].flatMap(({ webContents }) => [...webContents.refused])
  }

  readonly #preload: string

  constructor(options: BrowserWindowConstructorOptions = {}) {
    super(options, new PageContents())
    this.#preload = options.webPreferences?.preload ?? ''
    PageWindow.open.add(this)
  }

  override async loadURL(url: string): Promise<void> {
    await super.loadURL(url)
    const chromium = await PageWindow.start()
    const painted = new Promise((resolve) => this.webContents.once('did-finish-load', resolve))
    await this.webContents.open(chromium, this.#preload, url)
    await painted
    if (PageWindow.saysReadyToShow) this.emit('ready-to-show')
  }

  override close(): void {
    void this.#close()
  }

  async #close(): Promise<void> {
    const event = {
      defaultPrevented: false,
      preventDefault: () => {
        event.defaultPrevented = true
      },
    }
    this.emit('close', event)
    const stays = event.defaultPrevented || (await this.webContents.closeTab()) === 'kept'
    if (stays) this.emit('stays-open')
    else this.#gone()
  }

  override destroy(): void {
    void this.webContents.destroyTab()
    this.#gone()
  }

  #gone(): void {
    if (this.isGone) return
    this.isGone = true
    this.webContents.isGone = true
    PageWindow.open.delete(this)
    this.emit('closed')
    if (PageWindow.open.size === 0) PageWindow.events.emit('all-closed')
  }
}
