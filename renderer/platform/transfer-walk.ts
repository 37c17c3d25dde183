import type { FolderFindings } from '../../electron/contract/commands/sources.ts'
import type { Failure } from '../../electron/contract/failure/kinds.ts'
import { failed, type Outcome, succeeded } from '../../electron/contract/outcome.ts'
import { isSystemEntry } from '../../electron/contract/rules/system-files.ts'
import type { SystemFilesRule } from '../../electron/contract/rules/upload-rules.ts'
import {
  type IncomingFile,
  IntakeFindings,
  NAME_NOT_UNICODE,
  NAMELESS,
} from '../engine/intake/findings.ts'
import type { FileWalk } from '../engine/intake/intake.ts'
import { openEntry, rememberEntry } from './file-source.ts'

/**
 * Asks the host for entries that Chromium hides in folders; null: the host cannot see them either.
 */
export type InspectFolders = (
  folders: readonly File[],
) => Promise<readonly (FolderFindings | null)[]>

/**
 * Takes everything out of the transfer at once, because its items expire with the event. Folders
 * are then read step by step, so that ten thousand files do not freeze the window.
 */
export function walkTransfer(
  transfer: DataTransfer,
  now: Date,
  inspect: InspectFolders,
): FileWalk<File> {
  const walk = new Walk(inspect)
  for (const item of transfer.items) {
    if (item.kind === 'file') walk.add(item.webkitGetAsEntry(), item.getAsFile(), now)
  }
  return { batches: (systemFiles) => walk.batches(systemFiles), findings: walk.findings }
}

/** A folder still to be read, and what is known about the dropped folder that contains it. */
interface ToVisit {
  readonly folder: FileSystemDirectoryEntry
  readonly known: KnownRoot
}

interface KnownRoot {
  /**
   * Full paths. Chromium hides links itself, except on Windows, where a link to a parent folder
   * would be followed endlessly.
   */
  readonly links: ReadonlySet<string>
  /** The host named every entry whose name Chromium cannot represent. */
  readonly hasOddNames: boolean
}

const NOTHING_KNOWN: KnownRoot = { links: new Set(), hasOddNames: false }

class Walk {
  readonly findings = new IntakeFindings<File>()
  readonly #inspect: InspectFolders
  readonly #files: IncomingFile<File>[] = []
  readonly #roots: { readonly folder: FileSystemDirectoryEntry; readonly file: File | null }[] = []
  readonly #visited = new Set<string>()

  constructor(inspect: InspectFolders) {
    this.#inspect = inspect
  }

  add(entry: FileSystemEntry | null, file: File | null, now: Date): void {
    if (entry?.name === '') this.findings.addNameless('', entry.isDirectory ? 'folder' : 'file')
    else if (entry !== null && isFolder(entry)) this.#roots.push({ folder: entry, file })
    else if (file === null) {
      this.findings.refuseUncounted(entry?.name ?? NAMELESS, { kind: 'source-unreadable' })
    } else {
      if (entry !== null && isFile(entry)) rememberEntry(file, entry)
      this.findings.countFiles(1)
      this.#files.push(incomingFile(file, entry === null, now))
    }
  }

  async *batches(systemFiles: SystemFilesRule): AsyncIterable<readonly IncomingFile<File>[]> {
    if (this.#files.length > 0) yield this.#files
    const toVisit = await this.#inspected(systemFiles)
    for (let next = toVisit.pop(); next !== undefined; next = toVisit.pop()) {
      yield* this.#visit(next, toVisit, systemFiles)
    }
  }

  async #inspected(systemFiles: SystemFilesRule): Promise<ToVisit[]> {
    const found = await this.#inspect(this.#roots.flatMap(({ file }) => file ?? []))
    let asked = 0
    return this.#roots.map(({ folder, file }) => {
      const seen = file === null ? null : (found[asked] ?? null)
      if (file !== null) asked += 1
      return { folder, known: this.#known(folder, seen, systemFiles) }
    })
  }

  #known(
    root: FileSystemDirectoryEntry,
    seen: FolderFindings | null,
    systemFiles: SystemFilesRule,
  ): KnownRoot {
    if (seen === null) return NOTHING_KNOWN
    this.findings.addFolderFindings(pathOf(root), seen, systemFiles)
    const links = seen.hidden.filter(({ kind }) => kind === 'link')
    return {
      links: new Set(links.map(({ relativePath }) => `${root.fullPath}/${relativePath}`)),
      hasOddNames: seen.isComplete,
    }
  }

  async *#visit(
    { folder, known }: ToVisit,
    toVisit: ToVisit[],
    systemFiles: SystemFilesRule,
  ): AsyncIterable<readonly IncomingFile<File>[]> {
    this.#visited.add(folder.fullPath)
    const reader = folder.createReader()
    for (let isEmpty = true; ; ) {
      const entries = await nextEntries(reader)
      if (entries instanceof DOMException) {
        return this.findings.addUnreadableFolder(pathOf(folder), failureOf(entries, folder))
      }
      if (entries.length === 0) {
        if (isEmpty) this.findings.countEmptyFolder()
        return
      }
      const wanted =
        systemFiles === 'upload' ? entries : entries.filter((entry) => !this.#isLeft(entry))
      if (wanted.length > 0) isEmpty = false
      const usable = wanted.filter((entry) => this.#isUsable(entry, folder, known))
      toVisit.push(...usable.filter(isFolder).map((inner) => ({ folder: inner, known })))
      yield await openAll(usable.filter(isFile), this.findings)
    }
  }

  /**
   * Chromium represents a name that is not valid text as "", and such an entry leads back to its
   * own folder, which would be read endlessly; so would any other entry that leads to a visited
   * folder.
   */
  #isUsable(entry: FileSystemEntry, folder: FileSystemEntry, known: KnownRoot): boolean {
    if (known.links.has(entry.fullPath)) return false
    const isNameless = entry.name === '' || this.#visited.has(entry.fullPath)
    if (isNameless && !known.hasOddNames) {
      this.findings.addNameless(pathOf(folder), entry.isDirectory ? 'folder' : 'file')
    }
    return !isNameless
  }

  /** Records a system entry without opening it. */
  #isLeft(entry: FileSystemEntry): boolean {
    const kind = entry.isDirectory ? 'folder' : 'file'
    if (!isSystemEntry(entry.name, kind)) return false
    const file = isFile(entry) ? { from: 'page' as const, open: () => opened(entry) } : null
    this.findings.addSystemEntry({ relativePath: pathOf(entry), kind, file })
    return true
  }
}

/** Counts the entries in the findings, including those that fail to open. */
async function openAll(
  entries: readonly FileSystemFileEntry[],
  findings: IntakeFindings<File>,
): Promise<readonly IncomingFile<File>[]> {
  findings.countFiles(entries.length)
  const results = await Promise.all(entries.map(opened))
  return results.flatMap((result, index) => {
    const entry = entries[index]
    if (entry === undefined) return []
    const relativePath = pathOf(entry)
    if (result.ok) return [{ file: result.value, relativePath }]
    findings.refuse(relativePath, result.failure)
    return []
  })
}

async function opened(entry: FileSystemFileEntry): Promise<Outcome<File>> {
  const file = await openEntry(entry)
  if (file instanceof DOMException) return failed(failureOf(file, entry))
  rememberEntry(file, entry)
  return succeeded(file)
}

/** An image from the clipboard has no file system entry and a generic name. */
function incomingFile(file: File, isFromMemory: boolean, now: Date): IncomingFile<File> {
  const name = isFromMemory ? nameOfPastedImage(file, now) : null
  if (name === null) return { file, relativePath: file.name }
  const { type, lastModified } = file
  return { file: new File([file], name, { type, lastModified }), relativePath: name }
}

/** At most a hundred at a time, as Chromium decides; empty at the end. */
function nextEntries(
  reader: FileSystemDirectoryReader,
): Promise<readonly FileSystemEntry[] | DOMException> {
  return new Promise((resolve) => reader.readEntries(resolve, resolve))
}

/** Windows shows a name that is not valid text with U+FFFD, and then does not find the file. */
function failureOf({ name }: DOMException, entry: FileSystemEntry): Failure {
  if (name !== 'NotFoundError') return { kind: 'source-unreadable' }
  return entry.name.includes('\uFFFD') ? NAME_NOT_UNICODE : { kind: 'source-missing' }
}

/** Without the leading slash: `photos/2026/a.jpg`. */
function pathOf(entry: FileSystemEntry): string {
  return entry.fullPath.replace(/^\//, '')
}

function isFolder(entry: FileSystemEntry): entry is FileSystemDirectoryEntry {
  return entry.isDirectory
}

function isFile(entry: FileSystemEntry): entry is FileSystemFileEntry {
  return entry.isFile
}

/** Chromium's name for every image on the clipboard. */
const GENERIC_NAME = /^image(\.[a-z0-9]{1,5})$/i

/** `Screenshot 2026-11-20 at 14.05.09.png`, in local time; null for a file with its own name. */
export function nameOfPastedImage(
  file: { readonly name: string; readonly type: string },
  now: Date,
): string | null {
  const extension = GENERIC_NAME.exec(file.name)?.[1]
  if (extension === undefined || !file.type.startsWith('image/')) return null
  const day = [now.getFullYear(), twoDigits(now.getMonth() + 1), twoDigits(now.getDate())]
  const time = [now.getHours(), now.getMinutes(), now.getSeconds()].map(twoDigits)
  return `Screenshot ${day.join('-')} at ${time.join('.')}${extension}`
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0')
}
