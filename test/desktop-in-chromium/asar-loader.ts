// Lets plain Node run an app from inside its app.asar, as Electron does.
import fs from 'node:fs'
import { type LoadFnOutput, registerHooks } from 'node:module'
import { dirname, extname, join, normalize, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { extractFile, listPackage, statFile } from '@electron/asar'

interface Inside {
  readonly archive: string
  /** Relative to the archive's root. */
  readonly file: string
}

let isInstalled = false

/**
 * From now on modules are imported from archives, and the `fs` object reads in them.
 *
 * Only properties of the object that `import fs from 'node:fs'` returns are replaced, as in
 * Electron's lib/node/asar-fs-wrapper.ts: whether individually imported names see the change
 * depends on the loading order there, so the app must not rely on it.
 */
export function readFromArchives(): void {
  if (isInstalled) return
  isInstalled = true
  importFromArchives()
  readFilesFromArchives()
}

/** Null for everything outside an archive, and for the archive itself. */
export function splitArchivePath(path: unknown): Inside | null {
  const text = path instanceof URL ? filePath(path.href) : path
  if (typeof text !== 'string') return null
  const whole = normalize(text)
  const end = whole.indexOf(`.asar${sep}`) + '.asar'.length
  if (end < '.asar'.length) return null
  const file = whole.slice(end + 1)
  return file === '' ? null : { archive: whole.slice(0, end), file }
}

function importFromArchives(): void {
  registerHooks({
    resolve(specifier, context, next) {
      const url = absoluteUrl(specifier, context.parentURL)
      const inside = url === null ? null : splitArchivePath(filePath(url))
      if (url === null || inside === null) return next(specifier, context)
      contentOf(inside)
      return { url, format: formatOf(inside), shortCircuit: true }
    },
    load(url, context, next) {
      const inside = splitArchivePath(filePath(url))
      if (inside === null) return next(url, context)
      return { format: formatOf(inside), source: contentOf(inside), shortCircuit: true }
    },
  })
}

/** Null for bare names: built-in modules and `electron`. */
function absoluteUrl(specifier: string, parent: string | undefined): string | null {
  if (specifier.startsWith('file:')) return specifier
  return /^\.{0,2}\//.test(specifier) ? (URL.parse(specifier, parent)?.href ?? null) : null
}

function filePath(url: string): string | null {
  return url.startsWith('file:') ? fileURLToPath(url) : null
}

/** nodejs.org/api/packages.html, "Determining module system"; the app is one package. */
function formatOf(inside: Inside): NonNullable<LoadFnOutput['format']> {
  const extension = extname(inside.file)
  if (extension === '.cjs') return 'commonjs'
  if (extension === '.json') return 'json'
  if (extension === '.mjs') return 'module'
  const manifest: unknown = JSON.parse(
    contentOf({ archive: inside.archive, file: 'package.json' }).toString('utf8'),
  )
  return (manifest as { readonly type?: string }).type === 'module' ? 'module' : 'commonjs'
}

function readFilesFromArchives(): void {
  const reads = {
    readFile: (inside: Inside, options?: unknown) => decoded(contentOf(inside), options),
    stat: statsOf,
    lstat: statsOf,
    access: (inside: Inside) => void entryOf(inside),
    readdir: namesIn,
    realpath: (inside: Inside) => join(fs.realpathSync(inside.archive), inside.file),
  }
  for (const [name, read] of Object.entries(reads)) replaceThreeForms(name, read)
  const { existsSync } = fs
  fs.existsSync = (path) => {
    const inside = splitArchivePath(path)
    return inside === null ? existsSync(path) : isThere(inside)
  }
}

type AnyFunction = (...given: unknown[]) => unknown

/** Each function exists with a promise, with a callback, and synchronous. */
function replaceThreeForms(name: string, read: (inside: Inside, options?: unknown) => unknown) {
  const object = fs as unknown as Record<string, AnyFunction>
  const promises = fs.promises as unknown as Record<string, AnyFunction>
  const [plain, sync, promised] = [object[name], object[`${name}Sync`], promises[name]]
  if (plain === undefined || sync === undefined || promised === undefined) {
    throw new TypeError(`fs has no ${name}`)
  }

  promises[name] = async (...given) => {
    const inside = splitArchivePath(given[0])
    return inside === null ? await promised(...given) : read(inside, given[1])
  }
  object[`${name}Sync`] = (...given) => {
    const inside = splitArchivePath(given[0])
    return inside === null ? sync(...given) : read(inside, given[1])
  }
  object[name] = (...given) => {
    const inside = splitArchivePath(given[0])
    if (inside === null) return plain(...given)
    const callback = given.at(-1) as AnyFunction
    const options = given.length > 2 ? given[1] : undefined
    answerLater(() => read(inside, options), callback)
    return undefined
  }
}

function answerLater(read: () => unknown, callback: AnyFunction): void {
  process.nextTick(() => {
    let answer: unknown
    try {
      answer = read()
    } catch (error) {
      callback(error)
      return
    }
    callback(null, answer)
  })
}

function decoded(bytes: Buffer, options: unknown): Buffer | string {
  const encoding = typeof options === 'string' ? options : encodingIn(options)
  return encoding ? bytes.toString(encoding as BufferEncoding) : bytes
}

function encodingIn(options: unknown): unknown {
  return typeof options === 'object' && options !== null && 'encoding' in options
    ? options.encoding
    : null
}

function contentOf(inside: Inside): Buffer {
  if (!('size' in entryOf(inside))) throw failure('EISDIR', inside)
  return extractFile(inside.archive, inside.file)
}

/** @throws ENOENT with Electron's message. */
function entryOf(inside: Inside): ReturnType<typeof statFile> {
  // For a missing path `statFile` returns undefined as the folder's contents, or throws.
  let entry: ReturnType<typeof statFile> | undefined
  try {
    entry = statFile(inside.archive, inside.file)
  } catch {
    entry = undefined
  }
  if (entry === undefined) throw failure('ENOENT', inside)
  return entry
}

function isThere(inside: Inside): boolean {
  try {
    entryOf(inside)
    return true
  } catch {
    return false
  }
}

/** The archive stores no times; Electron returns the time of its start for each. */
function statsOf(inside: Inside) {
  const entry = entryOf(inside)
  const isFile = 'size' in entry
  const at = new Date(performance.timeOrigin)
  return {
    size: isFile ? entry.size : 0,
    mode: isFile ? 0o100644 : 0o040644,
    ...{ atime: at, mtime: at, ctime: at, birthtime: at, mtimeMs: at.getTime() },
    isFile: () => isFile,
    isDirectory: () => !isFile,
    isSymbolicLink: () => false,
  }
}

function namesIn(inside: Inside): string[] {
  if ('size' in entryOf(inside)) throw failure('ENOTDIR', inside)
  return listPackage(inside.archive, { isPack: false })
    .filter((path) => dirname(path) === sep + inside.file)
    .map((path) => path.slice(inside.file.length + 2))
}

function failure(code: string, { archive, file }: Inside): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}, ${file} not found in ${archive}`), { code })
}
