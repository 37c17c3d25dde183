import { EventEmitter } from 'node:events'

export class FakeApp extends EventEmitter {
  readonly paths = new Map<string, string>()
  readonly calls: string[] = []
  isPackaged = false
  isFirstInstance = true
  exitCode: number | null = null
  userModelId = ''
  about: Electron.AboutPanelOptionsOptions | null = null
  #ready = Promise.withResolvers<void>()

  /** Electron says that it is ready. */
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

  requestSingleInstanceLock(_additionalData?: unknown): boolean {
    return this.isFirstInstance
  }

  releaseSingleInstanceLock(): void {
    this.calls.push('releaseSingleInstanceLock')
  }

  quit(): void {
    this.calls.push('quit')
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
    this.#ready = Promise.withResolvers<void>()
  }
}
