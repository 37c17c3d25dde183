import { randomUUID } from 'node:crypto'
import {
  type FSWatcher,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  watch,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'

/** The arguments of the first instance's `second-instance` event (docs/api/app.md). */
export interface SecondInstance {
  readonly argv: readonly string[]
  readonly workingDirectory: string
  readonly additionalData: unknown
}

export interface HeldLock {
  readonly release: () => void
}

/** Chromium's time limit for the first instance to acknowledge (process_singleton_posix.cc). */
const ACKNOWLEDGED_WITHIN_MS = 20_000
const POLL_MS = 10

/**
 * Electron's single-instance lock between real processes that share a `userData` folder, without
 * Electron. As in Chromium's process_singleton_posix.cc a file names the process that has the lock,
 * a lock whose process has ended is taken over, and a second process waits until the first one has
 * acknowledged its message. Null: the message was delivered, and this process must quit.
 */
export function requestLock(
  userData: string,
  message: SecondInstance,
  onSecond: (second: SecondInstance) => void,
): HeldLock | null {
  const place = placeIn(userData)
  mkdirSync(place.messages, { recursive: true })
  const mine = join(place.messages, `${randomUUID()}.json`)
  for (const endsAtMs = Date.now() + ACKNOWLEDGED_WITHIN_MS; Date.now() < endsAtMs; ) {
    if (takeLock(place.lock)) return holdLock(place, onSecond)
    write(mine, JSON.stringify(message))
    if (waitUntilRead(mine, place.lock, endsAtMs)) return null
    rmSync(mine, { force: true })
  }
  return null
}

function placeIn(userData: string) {
  return { lock: join(userData, 'single-instance.lock'), messages: join(userData, 'second-starts') }
}

/** A link is created with its content in one step, so nobody reads an empty lock. */
function takeLock(lock: string): boolean {
  const prepared = `${lock}.${process.pid}`
  writeFileSync(prepared, String(process.pid))
  try {
    if (!isAlive(ownerOf(lock))) rmSync(lock, { force: true })
    linkSync(prepared, lock)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  } finally {
    rmSync(prepared, { force: true })
  }
}

function ownerOf(lock: string): number | null {
  try {
    return Number(readFileSync(lock, 'utf8'))
  } catch {
    return null
  }
}

function isAlive(pid: number | null): boolean {
  if (pid === null) return false
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** The file appears with its complete content. */
function write(path: string, text: string): void {
  writeFileSync(`${path}.new`, text)
  renameSync(`${path}.new`, path)
}

/** False if the first instance released the lock, or died, without having read the message. */
function waitUntilRead(message: string, lock: string, endsAtMs: number): boolean {
  const clock = new Int32Array(new SharedArrayBuffer(4))
  while (Date.now() < endsAtMs) {
    if (!isThere(message)) return true
    if (!isAlive(ownerOf(lock))) return false
    // `requestSingleInstanceLock` blocks its process, too.
    Atomics.wait(clock, 0, 0, POLL_MS)
  }
  return false
}

function isThere(path: string): boolean {
  try {
    readFileSync(path)
    return true
  } catch {
    return false
  }
}

function holdLock(
  { lock, messages }: ReturnType<typeof placeIn>,
  onSecond: (second: SecondInstance) => void,
): HeldLock {
  let isReleased = false
  const readAll = () => {
    if (isReleased) return
    for (const name of readdirSync(messages).filter((each) => each.endsWith('.json'))) {
      const path = join(messages, name)
      const second = JSON.parse(readFileSync(path, 'utf8')) as SecondInstance
      rmSync(path)
      onSecond(second)
    }
  }
  const watcher: FSWatcher = watch(messages, readAll)
  // Electron's own watcher does not keep the process alive, either.
  watcher.unref()
  // A message for the previous instance may already exist.
  setImmediate(readAll).unref()
  return {
    release: () => {
      isReleased = true
      watcher.close()
      rmSync(lock, { force: true })
    },
  }
}
