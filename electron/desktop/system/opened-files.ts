import { once } from 'node:events'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { type App, type BrowserWindow, dialog } from 'electron'
import * as z from 'zod/mini'
import type { Core } from '../../core/create-core.ts'
import type { OneWindow } from '../window/one-window.ts'

/** Starts with the system's file dialog; used by the jump list on Windows. */
export const CHOOSE_FILES = 'choose-files'

/** The files and the action that a start of the app was asked for. */
export const Opening = z.strictObject({
  /** Absolute paths of files and folders to upload. */
  paths: z.array(z.string()),
  isChoosing: z.boolean(),
})
export type Opening = z.infer<typeof Opening>

export interface CommandLine {
  readonly argv: readonly string[]
  readonly workingDirectory: string
  /**
   * True when Electron runs the app from its sources, whose folder is the first argument
   * (`process.defaultApp`).
   */
  readonly isDefaultApp: boolean
}

/**
 * Reads the files of a command line: paths, and the `file:` URLs that Linux desktops pass for `%U`.
 * Everything after `--` is a file. Chromium's own switches carry their values behind `=`, so any
 * other separate argument is a file.
 */
export function readOpening({ argv, workingDirectory, isDefaultApp }: CommandLine): Opening {
  const { values, positionals } = parseArgs({
    args: argv.slice(1),
    options: { 'data-dir': { type: 'string' }, [CHOOSE_FILES]: { type: 'boolean' } },
    strict: false,
    allowPositionals: true,
  })
  const files = isDefaultApp ? positionals.slice(1) : positionals
  return {
    paths: files.flatMap((file) => pathOf(file, workingDirectory) ?? []),
    isChoosing: values[CHOOSE_FILES] === true,
  }
}

/** Null for a URL that is not a file on this computer. */
function pathOf(file: string, workingDirectory: string): string | null {
  if (file === '') return null
  if (!/^[a-z][a-z0-9+.-]+:\/\//i.test(file)) return resolve(workingDirectory, file)
  try {
    return fileURLToPath(file)
  } catch {
    return null
  }
}

/** Paths that arrive separately within this time belong together. */
const TOGETHER_MS = 50

export interface OpenedFiles {
  /** Passes on what has arrived so far and everything that arrives later. */
  readonly listen: (listener: Listener) => void
  /** Everything that arrived and was not handled. */
  readonly rest: () => Opening
}

interface Listener {
  /** False while the app is about to end: what arrives then waits for the next start. */
  readonly canTake: () => boolean
  readonly take: (opening: Opening) => void
}

/**
 * Collects what the system opens with the app, from the first moment on: macOS sends `open-file`
 * for each file, even before Electron is ready (docs/api/app.md), and every later start sends its
 * own arguments. They come as `additionalData`, because Chromium reorders the command line that it
 * passes on.
 */
export function collectOpened(app: App, first: Opening): OpenedFiles {
  let waiting = first
  let listener: Listener | null = null
  let isAboutToHandOver = false

  const handOver = () => {
    isAboutToHandOver = false
    const { paths, isChoosing } = waiting
    if (listener === null || !listener.canTake()) return
    if (paths.length === 0 && !isChoosing) return
    waiting = NOTHING
    listener.take({ paths, isChoosing })
  }
  const add = ({ paths, isChoosing }: Opening) => {
    waiting = {
      paths: [...waiting.paths, ...paths],
      isChoosing: waiting.isChoosing || isChoosing,
    }
    if (!isAboutToHandOver) setTimeout(handOver, TOGETHER_MS)
    isAboutToHandOver = true
  }
  app.on('open-file', (event, path) => {
    event.preventDefault()
    add({ paths: [path], isChoosing: false })
  })
  app.on('second-instance', (_event, _argv, _workingDirectory, additionalData) => {
    add(openingIn(additionalData))
  })
  return {
    listen: (given) => {
      listener = given
      handOver()
    },
    rest: () => waiting,
  }
}

const NOTHING: Opening = { paths: [], isChoosing: false }

/** Reads the data of another process of this user, which may be an older Ferry. */
export function openingIn(additionalData: unknown): Opening {
  const parsed = Opening.safeParse(additionalData)
  return parsed.success ? parsed.data : NOTHING
}

/** The arguments for starting the app again with what came too late. */
export function argumentsFor(dataFolder: string | null, { paths, isChoosing }: Opening): string[] {
  return [
    ...(dataFolder === null ? [] : [`--data-dir=${dataFolder}`]),
    ...(isChoosing ? [`--${CHOOSE_FILES}`] : []),
    ...(paths.length === 0 ? [] : ['--', ...paths]),
  ]
}

export interface TakeOpenedDeps {
  readonly core: Pick<Core, 'giveFiles'>
  readonly window: Pick<OneWindow, 'current' | 'show' | 'isEnding'>
  readonly opened: OpenedFiles
}

/** Shows the window and passes what the system opens to the core. */
export function queueOpened({ core, window, opened }: TakeOpenedDeps): void {
  // The first window shows itself once it has painted.
  let isStarting = true
  opened.listen({
    canTake: () => !window.isEnding(),
    take: ({ paths, isChoosing }) => {
      if (!isStarting) window.show()
      core.giveFiles(paths)
      if (isChoosing) void chooseFiles(core, window.current())
    },
  })
  isStarting = false
}

/** Opens the system's file dialog, because a shortcut outside the window cannot open the page's. */
export async function chooseFiles(
  core: Pick<Core, 'giveFiles'>,
  window: BrowserWindow | null,
): Promise<void> {
  const options: Electron.OpenDialogOptions = {
    title: 'Choose files to upload',
    buttonLabel: 'Upload',
    properties: ['openFile', 'multiSelections'],
  }
  // The dialog needs a visible window.
  if (window !== null && !window.isVisible()) await once(window, 'show')
  const { filePaths } = await (window === null
    ? dialog.showOpenDialog(options)
    : dialog.showOpenDialog(window, options))
  core.giveFiles(filePaths)
}
