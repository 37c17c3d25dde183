import { EventEmitter } from 'node:events'
import fs from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { getSystemErrorMap } from 'node:util'

/** A call of node:fs or node:fs/promises on a path below a volume's root. */
export interface FileCall {
  /** Without `Sync`: `open`, `rename`, `lstat` … */
  readonly name: string
  /** As it is called on the real file system below; for `symlink` and `link` the new name. */
  readonly path: string
  /** The new name of `rename` and `copyFile`; null for every other call. */
  readonly target: string | null
  /** For `open` and the calls that open a file internally: whether it is opened for writing. */
  readonly isWriting: boolean
  /** It creates a new file, or fails with EEXIST. */
  readonly isExclusive: boolean
}

/** The open files of a volume, even if they were renamed meanwhile. */
interface OpenFiles {
  has(path: string): boolean
}

/** How a file system differs from the real one below it. Every member is optional. */
export interface Volume {
  /** The path on the real file system for an absolute path on this volume. */
  readonly locate?: (path: string) => string
  /** The error code (`EPERM`) for a call that this volume refuses, otherwise null. */
  readonly refusal?: (call: FileCall, open: OpenFiles) => string | null
  /** Called after a successful call. */
  readonly done?: (call: FileCall) => void
  /** The name that `readdir` returns for the real one. */
  readonly listed?: (name: string) => string
  /** Changes the results of `stat`, `lstat` and `fstat`. */
  readonly stats?: (stats: fs.Stats, path: string) => void
}

type Callable = (this: unknown, ...args: unknown[]) => unknown
type Functions = Record<string, Callable | undefined>
type Form = 'sync' | 'callback' | 'promise'

const ONE_PATH = [
  'access',
  'appendFile',
  'chmod',
  'exists',
  'lstat',
  'lutimes',
  'mkdir',
  'mkdtemp',
  'open',
  'readFile',
  'readdir',
  'readlink',
  'realpath',
  'rm',
  'rmdir',
  'stat',
  'statfs',
  'truncate',
  'unlink',
  'utimes',
  'writeFile',
]
const TWO_PATHS = ['copyFile', 'rename']
/** Their first argument is the target that the new name points to. */
const NEW_NAME_LAST = ['link', 'symlink']
const BY_DESCRIPTOR = ['close', 'fchmod', 'fstat', 'ftruncate']
const STATS = ['stat', 'lstat', 'fstat']

/** Node's original functions, for the volumes' own use. */
export const realFiles: typeof fs = { ...fs, promises: { ...fs.promises } }

const mounted = new Map<string, Mount>()
let takeAway: (() => void) | null = null

/**
 * Puts a volume under every function of node:fs and node:fs/promises for the paths at and below
 * `root`, until the returned function is called. Several volumes form layers: each sees the paths
 * that the previous ones located. SQLite and child processes are not affected.
 */
export function simulateFiles(root: string, ...volumes: readonly Volume[]): () => void {
  const realRoot = realFiles.realpathSync(root)
  if (mounted.has(realRoot)) throw new Error(`Something is simulated at ${realRoot} already`)
  mounted.set(realRoot, new Mount(path.resolve(root), realRoot, volumes))
  takeAway ??= replaceFunctions()
  return () => {
    mounted.delete(realRoot)
    if (mounted.size > 0) return
    takeAway?.()
    takeAway = null
  }
}

/** One root with its layers and its open files. */
class Mount implements OpenFiles {
  readonly #root: string
  /** Another path to the root: macOS' temporary folder is behind a link. */
  readonly #realRoot: string
  readonly #volumes: readonly Volume[]
  /** Keyed by device and inode. */
  readonly #open = new Map<string, number>()
  /**
   * Paths that `rm` is removing with other functions of the module; they have already been checked.
   */
  readonly #removing = new Set<string>()

  constructor(root: string, realRoot: string, volumes: readonly Volume[]) {
    this.#root = root
    this.#realRoot = realRoot
    this.#volumes = volumes
  }

  holds(absolute: string): boolean {
    return isWithin(this.#root, absolute) || isWithin(this.#realRoot, absolute)
  }

  has(absolute: string): boolean {
    const stats = realFiles.statSync(absolute, { bigint: true, throwIfNoEntry: false })
    return stats !== undefined && (this.#open.get(identity(stats)) ?? 0) > 0
  }

  /** Volumes and tests see every path below the root that was given. */
  locate(absolute: string): string {
    const isByAnotherWay = isWithin(this.#realRoot, absolute)
    const given = isByAnotherWay ? this.#root + absolute.slice(this.#realRoot.length) : absolute
    return this.#volumes.reduce((at, { locate }) => locate?.(at) ?? at, given)
  }

  refuse(call: FileCall): void {
    const isPartOfRemoval = [...this.#removing].some(
      (removed) => call.path === removed || call.path.startsWith(removed + path.sep),
    )
    if (isPartOfRemoval) return
    for (const { refusal } of this.#volumes) {
      const code = refusal?.(call, this) ?? null
      if (code !== null) throw systemError(code, call)
    }
  }

  /** Until `rm` has finished. */
  async removing<T>(removed: string, work: () => Promise<T>): Promise<T> {
    this.#removing.add(removed)
    try {
      return await work()
    } finally {
      this.#removing.delete(removed)
    }
  }

  done(call: FileCall): void {
    for (const { done } of this.#volumes) done?.(call)
  }

  listed(name: string): string {
    return this.#volumes.reduce((at, { listed }) => listed?.(at) ?? at, name)
  }

  tell(stats: fs.Stats, at: string): void {
    for (const volume of this.#volumes) volume.stats?.(stats, at)
  }

  /** Counts a file as open until the returned function is called. */
  opened(descriptor: number): () => void {
    const key = identity(realFiles.fstatSync(descriptor, { bigint: true }))
    this.#open.set(key, (this.#open.get(key) ?? 0) + 1)
    return () => this.#open.set(key, (this.#open.get(key) ?? 1) - 1)
  }
}

function isWithin(root: string, absolute: string): boolean {
  return absolute === root || absolute.startsWith(root + path.sep)
}

interface Opened {
  readonly mount: Mount
  readonly path: string
  readonly end: () => void
}
const byDescriptor = new Map<number, Opened>()

function identity(stats: fs.BigIntStats): string {
  return `${stats.dev}:${stats.ino}`
}

function replaceFunctions(): () => void {
  const undo: (() => void)[] = []
  const replace = (holder: Functions, key: string, name: string, form: Form) => {
    const original = holder[key]
    if (original === undefined) return
    holder[key] = standIn(original, name, form)
    undo.push(() => {
      holder[key] = original
    })
  }
  const functions = fs as unknown as Functions
  const promises = fs.promises as unknown as Functions
  for (const name of [...ONE_PATH, ...TWO_PATHS, ...NEW_NAME_LAST, ...BY_DESCRIPTOR]) {
    replace(functions, `${name}Sync`, name, 'sync')
    // Its callback gets no error.
    if (name !== 'exists') replace(functions, name, name, 'callback')
    if (!BY_DESCRIPTOR.includes(name)) replace(promises, name, name, 'promise')
  }
  syncBuiltinESMExports()
  return () => {
    for (const step of undo) step()
    syncBuiltinESMExports()
  }
}

/** Replaces one of Node's functions; outside all volumes it calls the original. */
function standIn(original: Callable, name: string, form: Form): Callable {
  const replaced: Callable = function (this: unknown, ...args) {
    const taken = BY_DESCRIPTOR.includes(name)
      ? takenByDescriptor(name, args)
      : takenByPath(name, args)
    if (taken === null) return original.apply(this, args)
    if (form === 'promise') return inPromise(original, taken)
    if (form === 'callback') return inCallback(original, taken)
    if (name === 'exists') return original(taken.args[0])
    taken.mount.refuse(taken.call)
    return taken.answer(original(...taken.args))
  }
  // `realpathSync.native`, and the hidden forms that util.promisify looks for.
  const extras = Object.getOwnPropertyDescriptors(original)
  Object.defineProperties(replaced, { ...extras, length: {}, name: {}, prototype: {} })
  return replaced
}

async function inPromise(original: Callable, { mount, call, args, answer }: Taken) {
  mount.refuse(call)
  const work = async () => answer(await original(...args))
  return call.name === 'rm' ? mount.removing(call.path, work) : work()
}

function inCallback(original: Callable, { mount, call, args, answer }: Taken): unknown {
  const last = args.at(-1)
  if (typeof last !== 'function') return original(...args)
  try {
    mount.refuse(call)
  } catch (error) {
    process.nextTick(() => last(error))
    return undefined
  }
  return original(...args.slice(0, -1), (error: unknown, value: unknown) => {
    if (error === null || error === undefined) last(error, answer(value))
    else last(error)
  })
}

/** A call that belongs to a volume, with the paths for the real file system. */
interface Taken {
  readonly mount: Mount
  readonly call: FileCall
  readonly args: unknown[]
  /** Records the effect of the call and returns this volume's result. */
  readonly answer: (value: unknown) => unknown
}

function takenByPath(name: string, args: readonly unknown[]): Taken | null {
  const at = NEW_NAME_LAST.includes(name) ? 1 : 0
  const asked = absoluteOf(args[at])
  const mount = asked === null ? null : mountOf(asked)
  if (asked === null || mount === null) return null
  const located = name === 'mkdtemp' ? locatedPrefix(mount, asked) : mount.locate(asked)
  const target = TWO_PATHS.includes(name) ? locatedTarget(mount, located, args[1]) : null
  const real = [...args]
  real[at] = located
  if (target !== null) real[1] = target
  if (name === 'link') real[0] = locatedElsewhere(args[0])
  const call = {
    name,
    path: located,
    target,
    isWriting: isWriting(name, args[1]),
    isExclusive: isExclusive(name, args),
  }
  const answer = (value: unknown) => {
    mount.done(call)
    if (name === 'open') return noteOpened(mount, located, value)
    if (name === 'readdir') return listedBy(mount, value)
    if (name === 'realpath') return value === located ? path.normalize(asked) : value
    return tellStats(mount, call, value)
  }
  return { mount, call, args: real, answer }
}

function takenByDescriptor(name: string, args: unknown[]): Taken | null {
  const [descriptor] = args
  const opened = typeof descriptor === 'number' ? byDescriptor.get(descriptor) : undefined
  if (typeof descriptor !== 'number' || opened === undefined) return null
  const { mount } = opened
  // The next file may get the number as soon as this one is closed.
  if (name === 'close') forget(descriptor, opened)
  const call = plainCall(name, opened.path)
  return { mount, call, args, answer: (value) => tellStats(mount, call, value) }
}

function tellStats(mount: Mount, call: FileCall, value: unknown): unknown {
  if (STATS.includes(call.name) && value instanceof fs.Stats) mount.tell(value, call.path)
  return value
}

/** Null for descriptors and everything else that is not a path. */
function absoluteOf(value: unknown): string | null {
  if (typeof value === 'string') return value === '' ? null : path.resolve(value)
  if (Buffer.isBuffer(value)) return path.resolve(value.toString())
  if (value instanceof URL && value.protocol === 'file:') return fileURLToPath(value)
  return null
}

/** The most recent volume, which is the inner one of two. */
function mountOf(absolute: string): Mount | null {
  return [...mounted.values()].findLast((mount) => mount.holds(absolute)) ?? null
}

function locatedPrefix(mount: Mount, prefix: string): string {
  return path.join(mount.locate(path.dirname(prefix)), path.basename(prefix))
}

/** A file that is renamed to another form of its own name gets that form. */
function locatedTarget(mount: Mount, from: string, value: unknown): string | null {
  const asked = absoluteOf(value)
  if (asked === null) return null
  const located = (mountOf(asked) ?? mount).locate(asked)
  if (located !== from) return located
  return path.join(mount.locate(path.dirname(asked)), path.basename(asked))
}

function locatedElsewhere(value: unknown): unknown {
  const asked = absoluteOf(value)
  return asked === null ? value : (mountOf(asked)?.locate(asked) ?? value)
}

function isWriting(name: string, flags: unknown): boolean {
  if (['appendFile', 'truncate', 'writeFile'].includes(name)) return true
  if (name !== 'open') return false
  if (typeof flags === 'string') return /[wa+]/.test(flags)
  return typeof flags === 'number' && (flags & (fs.constants.O_WRONLY | fs.constants.O_RDWR)) !== 0
}

function isExclusive(name: string, args: readonly unknown[]): boolean {
  const options = args[2]
  const inOptions =
    typeof options === 'object' && options !== null && 'flag' in options ? options.flag : null
  const flags = name === 'open' ? args[1] : inOptions
  return typeof flags === 'string' && flags.includes('x')
}

function plainCall(name: string, at: string): FileCall {
  return { name, path: at, target: null, isWriting: false, isExclusive: false }
}

function noteOpened(mount: Mount, at: string, value: unknown): unknown {
  const descriptor = typeof value === 'number' ? value : (value as FileHandle).fd
  const opened = { mount, path: at, end: mount.opened(descriptor) }
  byDescriptor.set(descriptor, opened)
  if (typeof value !== 'number') overHandle(mount, at, value as FileHandle, opened)
  return value
}

/** A handle's own methods do not use the module's functions. */
function overHandle(mount: Mount, at: string, handle: FileHandle, opened: Opened): void {
  const { fd } = handle
  const events: unknown = handle
  if (events instanceof EventEmitter) events.once('close', () => forget(fd, opened))
  const functions = handle as unknown as Functions
  for (const name of ['chmod', 'read', 'stat'] as const) {
    const original = functions[name]?.bind(handle)
    if (original === undefined) continue
    const call = plainCall(`f${name}`, at)
    functions[name] = async (...args) => {
      mount.refuse(call)
      return tellStats(mount, call, await original(...args))
    }
  }
}

/** The number may belong to another file by then. */
function forget(descriptor: number, opened: Opened): void {
  opened.end()
  if (byDescriptor.get(descriptor) === opened) byDescriptor.delete(descriptor)
}

function listedBy(mount: Mount, value: unknown): unknown {
  if (!Array.isArray(value)) return value
  for (const [index, entry] of value.entries()) {
    if (typeof entry === 'string') value[index] = mount.listed(entry)
    else if (entry instanceof fs.Dirent) entry.name = mount.listed(entry.name)
  }
  return value
}

/** Worded like libuv: code, meaning, call and paths. */
function systemError(code: string, { name, path: at, target }: FileCall): Error {
  const known = [...getSystemErrorMap()].find(([, [each]]) => each === code)
  const paths = target === null ? `'${at}'` : `'${at}' -> '${target}'`
  const error = new Error(`${code}: ${known?.[1][1] ?? 'simulated'}, ${name} ${paths}`)
  const dest = target === null ? {} : { dest: target }
  return Object.assign(error, { code, errno: known?.[0] ?? -1, syscall: name, path: at, ...dest })
}
