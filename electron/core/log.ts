import { join } from 'node:path'
import { type LogSink, logFile } from './log-file.ts'
import type { Log } from './ports.ts'
import { claimFolder } from './private-files.ts'

/** The numbers that Bunyan and pino write, which tools for logs know. */
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

/** The same rules for any sink. */
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
export function cutQueries(text: string): string {
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
