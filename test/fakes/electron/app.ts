import { EventEmitter } from 'node:events'
import type { MenuItemConstructorOptions, Task } from 'electron'
import { FakeWindow } from './window.ts'

export class FakeApp extends EventEmitter {
  readonly paths = new Map<string, string>()
  readonly calls: string[] = []
  isPackaged = false
  isFirstInstance = true
  exitCode: number | null = null
  userModelId = ''
  about: Electron.AboutPanelOptionsOptions | null = null
  badgeCount = 0
  tasks: Task[] = []
  relaunches: Electron.RelaunchOptions[] = []
  /** The data that the last request for the lock passed to the first instance. */
  additionalData: unknown = null
  readonly dock = {
    menu: null as MenuItemConstructorOptions[] | null,
    setMenu: (menu: MenuItemConstructorOptions[]) => {
      this.dock.menu = menu
    },
  }
  #ready = Promise.withResolvers<void>()

  /** Emits Electron's `ready` event. */
  becomeReady(): void {
    this.#ready.resolve()
  }

  whenReady(): Promise<void> {
    return this.#ready.promise
  }

  enableSandbox(): void {
    this.calls.push('enableSandbox')
  }

  setAppUserModelId(id: string): void {
    this.userModelId = id
  }

  setAboutPanelOptions(options: Electron.AboutPanelOptionsOptions): void {
    this.about = options
  }

  showAboutPanel(): void {
    this.calls.push('showAboutPanel')
  }

  setPath(name: string, path: string): void {
    this.paths.set(name, path)
  }

  getPath(name: string): string {
    const path = this.paths.get(name)
    if (path === undefined) throw new Error(`No path for ${name}`)
    return path
  }

  getVersion(): string {
    return '0.1.0'
  }

  requestSingleInstanceLock(additionalData?: object): boolean {
    this.additionalData = additionalData ?? null
    return this.isFirstInstance
  }

  releaseSingleInstanceLock(): void {
    this.calls.push('releaseSingleInstanceLock')
  }

  relaunch(options: Electron.RelaunchOptions = {}): void {
    this.relaunches.push(options)
  }

  setBadgeCount(count = 0): boolean {
    this.badgeCount = count
    return true
  }

  setUserTasks(tasks: Task[]): boolean {
    this.tasks = tasks
    return true
  }

  /** In the order of docs/api/app.md; a listener that prevents a step keeps the app running. */
  quit(): void {
    this.calls.push('quit')
    if (this.isPrevented('before-quit')) return
    const open = FakeWindow.opened.filter((window) => !window.isDestroyed())
    for (const window of open) window.close()
    if (open.every((window) => window.isDestroyed())) this.isPrevented('will-quit')
  }

  /** Emits a preventable event and returns whether a listener prevented it. */
  protected isPrevented(event: string): boolean {
    let isPrevented = false
    const preventDefault = () => {
      isPrevented = true
    }
    this.emit(event, { preventDefault })
    return isPrevented
  }

  exit(code: number): void {
    this.exitCode = code
    this.emit('exited', code)
  }

  reset(): void {
    this.removeAllListeners()
    this.paths.clear()
    this.calls.length = 0
    this.isPackaged = false
    this.isFirstInstance = true
    this.exitCode = null
    this.about = null
    this.badgeCount = 0
    this.tasks = []
    this.relaunches = []
    this.additionalData = null
    this.dock.menu = null
    this.#ready = Promise.withResolvers<void>()
  }
}
