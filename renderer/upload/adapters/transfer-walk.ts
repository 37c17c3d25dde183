import type { IncomingFile } from '../intake.ts'
import { nameOfPastedImage } from './pasted-image-name.ts'

/** Files of a drop or a paste, as they are found. The counts are complete when `batches` ends. */
export interface TransferWalk {
  readonly batches: AsyncIterable<readonly IncomingFile[]>
  /** Folders with nothing in them. */
  readonly emptyFolderCount: () => number
  readonly unreadable: () => readonly string[]
}

/**
 * Takes everything out of the transfer at once, since its items die with the event; folders are
 * then read bit by bit, so that ten thousand files do not freeze the window.
 */
export function walkTransfer(transfer: DataTransfer, now: Date): TransferWalk {
  const files: IncomingFile[] = []
  const folders: FileSystemDirectoryEntry[] = []
  for (const item of transfer.items) {
    if (item.kind !== 'file') continue
    const entry = item.webkitGetAsEntry()
    const file = item.getAsFile()
    if (entry !== null && isFolder(entry)) folders.push(entry)
    else if (file !== null) files.push(incomingFile(file, entry === null, now))
  }
  const findings = { emptyFolderCount: 0, unreadable: [] as string[] }
  return {
    batches: walk(files, folders, findings),
    emptyFolderCount: () => findings.emptyFolderCount,
    unreadable: () => findings.unreadable,
  }
}

interface Findings {
  emptyFolderCount: number
  readonly unreadable: string[]
}

/** A picture from the clipboard has no entry in a file system, and a name that says nothing. */
function incomingFile(file: File, isFromMemory: boolean, now: Date): IncomingFile {
  const name = isFromMemory ? nameOfPastedImage(file, now) : null
  if (name === null) return { file, relativePath: file.name }
  const { type, lastModified } = file
  return { file: new File([file], name, { type, lastModified }), relativePath: name }
}

async function* walk(
  files: readonly IncomingFile[],
  folders: readonly FileSystemDirectoryEntry[],
  findings: Findings,
): AsyncIterable<readonly IncomingFile[]> {
  if (files.length > 0) yield files
  const toVisit = [...folders]
  for (let folder = toVisit.pop(); folder !== undefined; folder = toVisit.pop()) {
    const reader = folder.createReader()
    let isEmpty = true
    for (;;) {
      const entries = await nextEntries(reader)
      if (entries === null) findings.unreadable.push(pathOf(folder))
      if (entries === null || entries.length === 0) {
        if (isEmpty && entries !== null) findings.emptyFolderCount += 1
        break
      }
      isEmpty = false
      toVisit.push(...entries.filter(isFolder))
      const found = await Promise.all(entries.filter(isFile).map(openEntry))
      for (const { path, file } of found) if (file === null) findings.unreadable.push(path)
      yield found.flatMap(({ path, file }) => (file === null ? [] : { file, relativePath: path }))
    }
  }
}

/** At most a hundred at a time, by Chromium's choice; empty at the end, null when not allowed. */
function nextEntries(
  reader: FileSystemDirectoryReader,
): Promise<readonly FileSystemEntry[] | null> {
  return new Promise((resolve) => {
    reader.readEntries(resolve, () => resolve(null))
  })
}

function openEntry(
  entry: FileSystemFileEntry,
): Promise<{ readonly path: string; readonly file: File | null }> {
  const path = pathOf(entry)
  return new Promise((resolve) => {
    entry.file(
      (file) => resolve({ path, file }),
      () => resolve({ path, file: null }),
    )
  })
}

/** Without the slash in front: `photos/2026/a.jpg`. */
function pathOf(entry: FileSystemEntry): string {
  return entry.fullPath.replace(/^\//, '')
}

function isFolder(entry: FileSystemEntry): entry is FileSystemDirectoryEntry {
  return entry.isDirectory
}

function isFile(entry: FileSystemEntry): entry is FileSystemFileEntry {
  return entry.isFile
}
