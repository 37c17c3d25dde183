import { EventEmitter } from 'node:events'
import type { MenuItemConstructorOptions } from 'electron'

export const shell = {
  opened: [] as string[],
  openPathAnswer: '',
  /** If true, the system opens nothing: shell/common/platform_util_*.cc. */
  isRefusing: false,
  async openExternal(url: string): Promise<void> {
    if (shell.isRefusing) throw new Error('Failed to open')
    shell.opened.push(url)
  },
  async openPath(path: string): Promise<string> {
    shell.opened.push(path)
    return shell.openPathAnswer
  },
}

export const clipboard = {
  text: '',
  isHeld: false,
  async writeText(text: string): Promise<void> {
    if (clipboard.isHeld) throw new Error('The clipboard is held')
    clipboard.text = text
  },
  async readText(): Promise<string> {
    return clipboard.text
  },
}

export const dialog = {
  errors: [] as { title: string; content: string }[],
  asked: [] as Electron.MessageBoxOptions[],
  /** The button that the user clicks; tests that do not care allow. */
  response: 1,
  /** Used first, one for each dialog. */
  responses: [] as number[],
  checkboxChecked: false,
  /** If set, the dialog stays open until it resolves. */
  open: null as Promise<void> | null,
  async showMessageBox(
    ...asked:
      | [window: unknown, options: Electron.MessageBoxOptions]
      | [options: Electron.MessageBoxOptions]
  ): Promise<{ response: number; checkboxChecked: boolean }> {
    const options = asked.at(-1) as Electron.MessageBoxOptions
    dialog.asked.push(options)
    await dialog.open
    const response = dialog.responses.shift() ?? dialog.response
    return { response, checkboxChecked: dialog.checkboxChecked }
  },
  /** The files that the user chooses; if empty, they cancel. */
  chosen: [] as string[],
  opened: [] as Electron.OpenDialogOptions[],
  async showOpenDialog(
    ...asked:
      | [window: unknown, options: Electron.OpenDialogOptions]
      | [options: Electron.OpenDialogOptions]
  ): Promise<{ canceled: boolean; filePaths: string[] }> {
    dialog.opened.push(asked.at(-1) as Electron.OpenDialogOptions)
    return { canceled: dialog.chosen.length === 0, filePaths: dialog.chosen }
  },
  showErrorBox(title: string, content: string): void {
    dialog.errors.push({ title, content })
  },
  reset(): void {
    Object.assign(dialog, { errors: [], asked: [], response: 1, responses: [], open: null })
    Object.assign(dialog, { checkboxChecked: false, chosen: [], opened: [] })
  },
}

export const nativeTheme = { shouldUseDarkColors: false }

export const screen = {
  workAreas: [{ x: 0, y: 0, width: 1920, height: 1040 }],
  getAllDisplays: () => screen.workAreas.map((workArea) => ({ workArea })),
  /** The display with most of the rectangle, otherwise the first. */
  getDisplayMatching: (bounds: Electron.Rectangle) => {
    const [best = screen.workAreas[0]] = screen.workAreas.toSorted(
      (one, other) => overlap(other, bounds) - overlap(one, bounds),
    )
    return { workArea: best }
  },
}

function overlap(one: Electron.Rectangle, other: Electron.Rectangle): number {
  const along = (from: 'x' | 'y', length: 'width' | 'height') =>
    Math.min(one[from] + one[length], other[from] + other[length]) -
    Math.max(one[from], other[from])
  return Math.max(0, along('x', 'width')) * Math.max(0, along('y', 'height'))
}

export const crashReporter = {
  started: [] as Electron.CrashReporterStartOptions[],
  /** If set, it cannot start. */
  failure: null as Error | null,
  start(options: Electron.CrashReporterStartOptions): void {
    if (crashReporter.failure !== null) throw crashReporter.failure
    crashReporter.started.push(options)
  },
}

/** Electron's own updater, which electron-updater tells about a restart. */
export const autoUpdater = new EventEmitter()

/** Emits `suspend` and `resume`. */
export const powerMonitor = new EventEmitter()

export const powerSaveBlocker = {
  running: new Map<number, string>(),
  startedCount: 0,
  start(kind: string): number {
    powerSaveBlocker.startedCount += 1
    powerSaveBlocker.running.set(powerSaveBlocker.startedCount, kind)
    return powerSaveBlocker.startedCount
  },
  stop(id: number): boolean {
    return powerSaveBlocker.running.delete(id)
  },
}

export const Menu = {
  template: null as MenuItemConstructorOptions[] | null,
  buildFromTemplate: (template: MenuItemConstructorOptions[]) => template,
  setApplicationMenu(template: MenuItemConstructorOptions[]): void {
    Menu.template = template
  },
}
