import { sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bugFailure } from '../../core/dispatch.ts'
import type { Log } from '../../core/ports.ts'

export interface StrayRejectionDeps {
  /** Absolute: the folder of our own code, bundled or not. */
  readonly ownFolder: string
  readonly log: Log
  /** Closes the app with a dialog. */
  readonly die: (error: unknown) => void
}

export interface StrayRejections {
  /** For `process.on('unhandledRejection')`. */
  readonly judge: (reason: unknown) => void
  /** Receives every stray error for the window, earlier ones included. */
  readonly reportTo: (report: (reference: string) => void) => void
}

/**
 * Decides what a promise that rejects without a handler means.
 *
 * It closes the app, as an uncaught exception does, when it is a bug in our own code: an error of a
 * kind that only a programming mistake makes, thrown by our own code (`isOwnBug`). What state the
 * app is in is then unknown.
 *
 * Everything else is logged under a reference and said in the window once: Electron, Node's streams
 * and the SDK reject for what happens in the world (a program that cannot be started, a stream that
 * was destroyed), and a caller that forgot to handle that has lost one answer, not the uploads.
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

/** Node's own errors have a code: `TypeError [ERR_INVALID_STATE]` is a stream that was closed. */
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

/** The file that threw. The language's own functions have none; assertions are thrown by Node. */
function firstFrame(stack: string, isBehindNode: boolean): string | null {
  const frames = stack
    .split('\n')
    .filter((line) => /^\s+at /.test(line) && !line.includes('(<anonymous>)'))
  const frame = isBehindNode ? frames.find((line) => !line.includes('node:')) : frames[0]
  const place = /((?:file:\/\/|\/|[A-Za-z]:\\)[^()]*):\d+:\d+\)?$/.exec(frame ?? '')?.[1]
  if (place === undefined) return null
  return place.startsWith('file://') ? fileURLToPath(place) : place
}
