import { closeSync, constants, fstatSync, openSync, renameSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { claimExisting, claimFile, claimFolder } from '../../files/private-files.ts'
import type { Log } from '../ports.ts'

/** The numbers of Bunyan and pino, which log tools know. */
const LEVELS = { info: 30, warn: 40, error: 50 }
const MAX_TEXT_LENGTH = 4000
const MAX_DEPTH = 5
const SECRET_NAME = /secret|token|passw|signature|authorization|cookie|credential|accesskey/i

/** Opens `logs/ferry.log` below the data folder, readable by this user alone. */
export function openLog(dataFolder: string): Log {
  const folder = join(dataFolder, 'logs')
  claimFolder(folder)
  return logTo(logFile(join(folder, 'ferry.log'), join(folder, 'ferry.1.log')))
}

/** Applies the same rules to any sink. */
export function logTo(sink: LogSink): Log {
  const writer =
    (level: number): Log['info'] =>
    (event, text) => {
      const head = { level, time: new Date().toISOString() }
      const line = { ...head, ...cleaned(event), ...head, msg: cutQueries(text) }
      sink.write(`${JSON.stringify(line)}\n`)
    }
  return { info: writer(LEVELS.info), warn: writer(LEVELS.warn), error: writer(LEVELS.error) }
}

/** The query of a presigned URL is a bearer secret, so no query reaches the log. */
function cutQueries(text: string): string {
  return text.replaceAll(/\?[^\s'")>]+/g, '?…').slice(0, MAX_TEXT_LENGTH)
}

function cleaned(event: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(event).map(([name, value]) => [
      name,
      SECRET_NAME.test(name) ? '[cut]' : cleanedValue(value, MAX_DEPTH),
    ]),
  )
}

function cleanedValue(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return cutQueries(value)
  if (typeof value === 'bigint') return String(value)
  if (typeof value === 'function') return '[function]'
  if (typeof value !== 'object' || value === null) return value
  if (depth === 0) return '[deep]'
  if (value instanceof Error) return cutQueries(value.stack ?? value.message)
  if (Array.isArray(value)) return value.map((item) => cleanedValue(item, depth - 1))
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      SECRET_NAME.test(name) ? '[cut]' : cleanedValue(inner, depth - 1),
    ]),
  )
}

export interface LogSink {
  /** Takes whole lines. */
  readonly write: (line: string) => void
}

/** A log that would grow longer is moved away; one older log is kept. */
export const MAX_LOG_BYTES = 4 * 1024 * 1024

/** Does not follow a link in the file's place; Windows has no such flag. */
const FLAGS =
  constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | (constants.O_NOFOLLOW ?? 0)

/**
 * Appends lines to a file that stays short. Every call is synchronous, so that the last line before
 * a crash is written. If another program holds the file, lines are lost or the file grows longer,
 * but nothing stops.
 *
 * @throws StartRefused if another user may have changed one of the two files.
 */
function logFile(file: string, olderFile: string): LogSink {
  claimFile(file)
  claimExisting(olderFile)
  /** Null: another program holds it, and the next line tries again. */
  let handle: number | null = null
  let byteLength = 0
  const open = () => {
    const opened = openSync(file, FLAGS, 0o600)
    byteLength = fstatSync(opened).size
    return opened
  }
  let maxBytes = MAX_LOG_BYTES

  /** Tries only once: waiting for another program would block the host. */
  const rotate = (opened: number) => {
    // Windows does not rename a file that is open.
    handle = null
    closeSync(opened)
    try {
      renameSync(file, olderFile)
      maxBytes = MAX_LOG_BYTES
    } catch {
      // Another program reads one of the files: continue with the long one, and try again a while
      // later.
      maxBytes = byteLength + MAX_LOG_BYTES
    }
  }

  return {
    write: (line) => {
      const bytes = Buffer.from(line)
      try {
        handle ??= open()
        if (byteLength > 0 && byteLength + bytes.length > maxBytes) rotate(handle)
        handle ??= open()
        for (let done = 0; done < bytes.length; ) done += writeSync(handle, bytes, done)
        byteLength += bytes.length
      } catch {
        // A full disk costs lines of the log, never an upload.
      }
    },
  }
}
