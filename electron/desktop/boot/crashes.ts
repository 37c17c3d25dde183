import { readdir, stat } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { App, BrowserWindow, CrashReporter, Dialog } from 'electron'
import { bugFailure } from '../../core/dispatch.ts'
import type { Log } from '../../core/ports.ts'
import type { DeletionQueue } from '../../files/deletion-queue.ts'
import { claimFolder } from '../../files/private-files.ts'

export interface CrashDeps {
  readonly dialog: Dialog
  readonly log: Log
  readonly dataFolder: string
  readonly exit: (code: number) => void
}

/**
 * Logs a bug in the main process, shows it and ends the app, whose state is unknown then. Uploads
 * resume from the store's own list of parts at the next start.
 */
export function endOnBug({ dialog, log, dataFolder, exit }: CrashDeps): (error: unknown) => void {
  let isEnding = false
  return (error) => {
    if (isEnding) return
    isEnding = true
    log.error({ error }, 'Ferry has to close')
    dialog.showErrorBox(
      'Ferry has to close',
      `Something went wrong inside Ferry. Your uploads continue when you start it again. For details, see the log in ${join(dataFolder, 'logs')}.`,
    )
    exit(1)
  }
}

/** A page that crashes again within this time would keep crashing. */
const HEALTHY_AFTER_MS = 10_000

/**
 * Reloads the page when its process crashes (out of memory, a driver); the queue resumes from the
 * records.
 */
export function reloadCrashedPage(
  window: BrowserWindow,
  log: Log,
  now: () => number,
  giveUp: (error: unknown) => void,
): void {
  let lastMs = Number.NEGATIVE_INFINITY
  window.webContents.on('render-process-gone', (_event, { reason, exitCode }) => {
    if (reason === 'clean-exit') return
    log.error({ reason, exitCode }, "The page's process ended")
    const isHopeless = now() - lastMs < HEALTHY_AFTER_MS
    lastMs = now()
    if (isHopeless) giveUp(new Error(`The page's process keeps ending: ${reason}`))
    else window.webContents.reload()
  })
}

export interface StrayRejectionDeps {
  /** The absolute path of Ferry's own code, bundled or not. */
  readonly ownFolder: string
  readonly log: Log
  /** Shows a dialog and closes the app. */
  readonly die: (error: unknown) => void
}

export interface StrayRejections {
  /** The listener for `process.on('unhandledRejection')`. */
  readonly judge: (reason: unknown) => void
  /** Reports every unhandled rejection to the window, including earlier ones. */
  readonly reportTo: (report: (reference: string) => void) => void
}

/**
 * Handles promises that reject without a handler.
 *
 * A bug in Ferry's own code closes the app, as an uncaught exception does: an error of a kind that
 * only a programming mistake causes, thrown by Ferry's own code (`isOwnBug`). The app's state is
 * unknown then.
 *
 * Everything else is logged with a reference and shown in the window once: Electron, Node's streams
 * and the SDK reject for external reasons (a program that cannot be started, a stream that was
 * destroyed), and a caller that forgot to handle that has lost one answer, not the uploads.
 */
export function strayRejections({ ownFolder, log, die }: StrayRejectionDeps): StrayRejections {
  let report: ((reference: string) => void) | null = null
  let waiting: string | null = null
  return {
    judge: (reason) => {
      if (isOwnBug(reason, ownFolder)) return die(reason)
      const { reference } = bugFailure(log, reason, 'an unhandled rejection')
      if (report === null) waiting ??= reference
      else report(reference)
    },
    reportTo: (next) => {
      report = next
      if (waiting !== null) next(waiting)
      waiting = null
    },
  }
}

/** Node's own errors have a code: `TypeError [ERR_INVALID_STATE]` is a closed stream. */
export function isOwnBug(reason: unknown, ownFolder: string): boolean {
  if (!(reason instanceof Error)) return false
  const code = 'code' in reason ? reason.code : undefined
  const isMistake =
    code === undefined
      ? reason instanceof TypeError ||
        reason instanceof ReferenceError ||
        reason instanceof RangeError
      : code === 'ERR_ASSERTION'
  const thrownAt = isMistake ? firstFrame(reason.stack ?? '', code !== undefined) : null
  return thrownAt?.startsWith(ownFolder.endsWith(sep) ? ownFolder : ownFolder + sep) ?? false
}

/** The file that threw. Built-in functions have none; Node throws assertion errors. */
function firstFrame(stack: string, isBehindNode: boolean): string | null {
  const frames = stack
    .split('\n')
    .filter((line) => /^\s+at /.test(line) && !line.includes('(<anonymous>)'))
  const frame = isBehindNode ? frames.find((line) => !line.includes('node:')) : frames[0]
  const place = /((?:file:\/\/|\/|[A-Za-z]:\\)[^()]*):\d+:\d+\)?$/.exec(frame ?? '')?.[1]
  if (place === undefined) return null
  return place.startsWith('file://') ? fileURLToPath(place) : place
}

/**
 * Logs the end of Chromium's helper processes: Chromium restarts a crashed graphics or network
 * process, and the log explains what the user saw. `reloadCrashedPage` handles the page's own
 * process.
 */
export function watchProcesses(app: App, log: Log): void {
  app.on('child-process-gone', (_event, { type, reason, exitCode, name, systemErrorCode }) => {
    if (reason === 'clean-exit') return
    log.warn({ type, reason, exitCode, name, systemErrorCode }, "One of Chromium's processes ended")
  })
}

/** Logs when the page stops responding, and for how long. Chromium waits, and so does Ferry. */
export function watchAnswers(window: BrowserWindow, log: Log, now: () => number): void {
  let sinceMs: number | null = null
  window.webContents.on('unresponsive', () => {
    if (sinceMs !== null) return
    sinceMs = now()
    log.warn({}, 'The page does not respond')
  })
  window.webContents.on('responsive', () => {
    if (sinceMs === null) return
    log.warn({ afterMs: now() - sinceMs }, 'The page responds again')
    sinceMs = null
  })
}

/** Enough to compare; a dump has a few MiB. */
const MOST_DUMPS = 10

/**
 * Keeps dumps of crashed processes in the data folder and sends them nowhere: users attach one to a
 * report by hand and should know that it contains memory. Must be called before Electron is ready,
 * because only processes that start afterwards are watched
 * (electronjs.org/docs/latest/api/crash-reporter).
 */
export function keepCrashDumps(
  app: Pick<App, 'setPath'>,
  crashReporter: Pick<CrashReporter, 'start'>,
  dataFolder: string,
): void {
  const folder = join(dataFolder, 'crashes')
  try {
    claimFolder(folder)
    app.setPath('crashDumps', folder)
    crashReporter.start({ uploadToServer: false })
  } catch {
    // Uploads matter more than dumps.
  }
}

/**
 * Crashpad's folders are `pending`, `completed` and `new`, or `reports` on Windows. Dumps contain
 * memory of Ferry, so one that another program has open is deleted at the next start. Never
 * rejects.
 */
export async function removeOldDumps(folder: string, toDelete: DeletionQueue): Promise<void> {
  try {
    const names = await readdir(folder, { recursive: true, encoding: 'utf8' })
    const dumps = names.filter((name) => name.endsWith('.dmp')).map((name) => join(folder, name))
    const dated = await Promise.all(
      dumps.map(async (file) => ({ file, atMs: (await stat(file)).mtimeMs })),
    )
    const old = dated.toSorted((one, other) => other.atMs - one.atMs).slice(MOST_DUMPS)
    for (const { file } of old) {
      await toDelete.remove(file)
      await toDelete.remove(file.replace(/\.dmp$/, '.meta'))
    }
  } catch {
    // Crashpad moves them about; the next start looks again.
  }
}
