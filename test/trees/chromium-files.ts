import { readdirSync, readFileSync, statSync } from 'node:fs'
import { basename } from 'node:path'
import { entriesUnder, inside, type PlantedEntry, textOf } from './planted-tree.ts'

/**
 * The files that Chromium 156 gives to a page, rebuilt for Node;
 * `test/renderer/dropped-files.test.ts` checks the real ones in the same way. A `File` is a
 * snapshot that cannot be read once the disk differs.
 */
export class DiskFile extends File {
  readonly path: Buffer
  override readonly webkitRelativePath: string

  constructor(path: Buffer, name: string, webkitRelativePath = '') {
    const { size, mtimeMs } = statSync(path)
    // Empty files are never opened, so that a pipe reads as an empty file.
    const bytes = size === 0 || statSync(path).isDirectory() ? Buffer.alloc(0) : readFileSync(path)
    super([new Uint8Array(bytes)], name, {
      lastModified: Math.floor(mtimeMs),
      type: 'text/plain',
    })
    this.path = path
    this.webkitRelativePath = webkitRelativePath
  }

  override slice(start?: number, end?: number, type?: string): Blob {
    const part = super.slice(start, end, type)
    part.arrayBuffer = () => this.#whileSame(() => Blob.prototype.arrayBuffer.call(part))
    return part
  }

  override arrayBuffer(): Promise<ArrayBuffer> {
    return this.#whileSame(() => super.arrayBuffer())
  }

  isSame(): boolean {
    return this.#trouble() === null
  }

  #trouble(): DOMException | null {
    const now = statSync(this.path, { throwIfNoEntry: false })
    if (now === undefined) return new DOMException('', 'NotFoundError')
    const isSame = now.size === this.size && Math.floor(now.mtimeMs) === this.lastModified
    return isSame ? null : new DOMException('', 'NotReadableError')
  }

  async #whileSame<T>(read: () => Promise<T>): Promise<T> {
    const error = this.#trouble()
    if (error !== null) throw error
    return read()
  }
}

/** Like a drop; the second of two equal names is numbered. */
export function droppedTransfer(paths: readonly string[]): DataTransfer {
  const taken = new Set<string>()
  const items = paths.map((path) => {
    const name = unusedName(basename(path), taken)
    const bytes = Buffer.from(path)
    const entry = statSync(path).isDirectory()
      ? folderEntry(bytes, name, `/${name}`)
      : fileEntry(bytes, name, `/${name}`)
    return {
      kind: 'file',
      webkitGetAsEntry: () => entry,
      getAsFile: () => new DiskFile(bytes, name),
    }
  })
  return { items } as unknown as DataTransfer
}

/** Like "Choose folder", which omits links and names that are not valid text. */
export function chosenFolder(root: string): DiskFile[] {
  return entriesUnder(root).flatMap(({ kind, path, relativePath }) => {
    if (kind === 'folder' || kind === 'link' || relativePath === null) return []
    const name = relativePath.slice(relativePath.lastIndexOf('/') + 1)
    return [new DiskFile(path, name, relativePath.replaceAll('\\', '/'))]
  })
}

/** Like "Choose files". */
export function chosenFiles(entries: readonly PlantedEntry[]): DiskFile[] {
  return entries.map(({ path }) => new DiskFile(path, basename(path.toString())))
}

function unusedName(name: string, taken: Set<string>): string {
  let unused = name
  for (let count = 1; taken.has(unused); count += 1) {
    unused = name.replace(/(\.[^.]*)?$/, (extension) => ` (${count})${extension}`)
  }
  taken.add(unused)
  return unused
}

function fileEntry(path: Buffer, name: string, fullPath: string): FileSystemFileEntry {
  const file = (resolve: (file: File) => void, reject: (error: DOMException) => void) => {
    const found = statSync(path, { throwIfNoEntry: false })
    if (found === undefined) reject(new DOMException('', 'NotFoundError'))
    else if (found.isDirectory()) reject(new DOMException('', 'TypeMismatchError'))
    else resolve(new DiskFile(path, name))
  }
  const entry = { name, fullPath, isFile: true, isDirectory: false, file }
  return entry as unknown as FileSystemFileEntry
}

function folderEntry(path: Buffer, name: string, fullPath: string): FileSystemDirectoryEntry {
  const createReader = () => {
    const batches = [entriesIn(path, fullPath), []]
    return {
      readEntries: (resolve: (entries: readonly FileSystemEntry[]) => void) =>
        resolve(batches.shift() ?? []),
    }
  }
  const entry = { name, fullPath, isFile: false, isDirectory: true, createReader }
  return entry as unknown as FileSystemDirectoryEntry
}

/** An entry whose name is not valid text has no name and resolves to its folder again. */
function entriesIn(folder: Buffer, fullPath: string): readonly FileSystemEntry[] {
  const all = readdirSync(folder, { withFileTypes: true, encoding: 'buffer' })
  return all
    .filter((each) => !each.isSymbolicLink())
    .map((each) => {
      const name = textOf(each.name) ?? ''
      const path = name === '' ? folder : inside(folder, each.name)
      const full = `${fullPath}/${name}`
      return each.isDirectory() ? folderEntry(path, name, full) : fileEntry(path, name, full)
    })
}
