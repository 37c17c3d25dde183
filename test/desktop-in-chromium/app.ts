import { existsSync, mkdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { FakeApp } from '../fakes/electron/app.ts'
import { type HeldLock, requestLock } from '../fakes/electron/single-instance.ts'
import { PageWindow } from './window.ts'

/**
 * Electron's `app` with its order of quitting: docs/api/app.md, "before-quit", "will-quit",
 * "window-all-closed". Signals quit it as gracefully as the menu's Quit does
 * (shell/browser/electron_browser_main_parts_posix.cc).
 */
export class StandInApp extends FakeApp {
  /** Stops what this process has started. */
  whenExiting: () => Promise<void> = async () => undefined
  #isQuitting = false
  #isExiting = false
  #lock: HeldLock | null = null

  constructor() {
    super()
    const base = process.env.XDG_CONFIG_HOME ?? join(homedir(), '.config')
    this.setPath('userData', join(base, 'Ferry'))
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => this.quit())
    }
    PageWindow.events.on('all-closed', () => this.#allClosed())
    PageWindow.events.on('opened', ({ webContents }: PageWindow) => {
      this.emit('web-contents-created', {}, webContents)
    })
  }

  /** Called when the main process has set its data folder. */
  whenPathsAreSet: () => void = () => undefined

  override setPath(name: string, path: string): void {
    // docs/api/app.md: the folder is created if it does not exist.
    if (!existsSync(path)) mkdirSync(path, { recursive: true })
    super.setPath(name, path)
  }

  override quit(): void {
    this.calls.push('quit')
    if (this.#isQuitting || this.#isExiting) return
    this.#isQuitting = true
    if (this.isPrevented('before-quit')) {
      this.#isQuitting = false
      return
    }
    if (PageWindow.open.size === 0) {
      this.#willQuit()
      return
    }
    for (const window of PageWindow.open) {
      // A window that stays open cancels quitting.
      window.once('stays-open', () => {
        this.#isQuitting = false
      })
      window.close()
    }
  }

  override requestSingleInstanceLock(additionalData?: object): boolean {
    super.requestSingleInstanceLock(additionalData)
    this.whenPathsAreSet()
    const message = {
      argv: process.argv,
      workingDirectory: process.cwd(),
      additionalData: additionalData ?? null,
    }
    this.#lock ??= requestLock(this.getPath('userData'), message, (second) => {
      // docs/api/app.md: never before `ready`.
      void this.whenReady().then(() => {
        const { argv, workingDirectory, additionalData: data } = second
        this.emit('second-instance', {}, argv, workingDirectory, data)
      })
    })
    return this.#lock !== null
  }

  override releaseSingleInstanceLock(): void {
    super.releaseSingleInstanceLock()
    this.#lock?.release()
    this.#lock = null
  }

  override exit(code = 0): void {
    if (this.#isExiting) return
    this.#isExiting = true
    super.exit(code)
    void this.whenExiting().finally(() => {
      this.#lock?.release()
      process.exit(code)
    })
  }

  #allClosed(): void {
    if (this.#isQuitting) this.#willQuit()
    else if (this.listenerCount('window-all-closed') === 0) this.quit()
    else this.emit('window-all-closed')
  }

  #willQuit(): void {
    if (this.isPrevented('will-quit')) {
      this.#isQuitting = false
      return
    }
    this.emit('quit', {}, 0)
    this.exit(0)
  }
}
