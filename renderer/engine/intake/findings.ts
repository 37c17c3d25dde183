import type {
  FolderFindings,
  GivenBatch,
  GivenFile,
} from '../../../electron/contract/commands/sources.ts'
import type { Failure } from '../../../electron/contract/failure/kinds.ts'
import type { Outcome } from '../../../electron/contract/outcome.ts'
import { systemEntryIn } from '../../../electron/contract/rules/system-files.ts'
import type { SystemFilesRule } from '../../../electron/contract/rules/upload-rules.ts'
import { unreachable } from '../../../electron/lib/unreachable.ts'
import type { IntakeReport, RefusedItem } from './intake-report.ts'

/** Replaces a name whose bytes are unknown. */
export const NAMELESS = '\uFFFD'

export const NAME_NOT_UNICODE: Failure = { kind: 'name-unusable', reason: 'not-unicode' }

/** A file as it was given, with its path inside a dropped folder. */
export interface IncomingFile<F> {
  readonly file: F
  readonly relativePath: string
}

/** A file or folder that an operating system created in a given folder. */
export interface SystemEntry<F> {
  readonly relativePath: string
  readonly kind: 'file' | 'folder'
  /** How to get its bytes if the user wants it. Null: a folder, or a file that cannot be read. */
  readonly file:
    | { readonly from: 'page'; readonly open: () => Promise<Outcome<F>> }
    | { readonly from: 'host'; readonly given: GivenFile }
    | null
}

/** Collects everything that was found in given folders, including what cannot be uploaded. */
export class IntakeFindings<F> {
  readonly #refused: RefusedItem[] = []
  readonly #unreadable: RefusedItem[] = []
  readonly #closed = new Set<string>()
  #fileCount = 0
  #emptyFolderCount = 0
  #links: IntakeReport['links'] = null
  /** By path: a chosen folder repeats an entry with every file in it. */
  readonly #systemEntries = new Map<string, SystemEntry<F>>()

  totals(): Pick<
    IntakeReport,
    'fileCount' | 'refused' | 'unreadable' | 'emptyFolderCount' | 'links'
  > {
    return {
      fileCount: this.#fileCount,
      refused: this.#refused,
      unreadable: this.#unreadable,
      emptyFolderCount: this.#emptyFolderCount,
      links: this.#links,
    }
  }

  systemEntries(): readonly SystemEntry<F>[] {
    return [...this.#systemEntries.values()]
  }

  addSystemEntry(entry: SystemEntry<F>): void {
    this.#systemEntries.set(entry.relativePath, entry)
  }

  countFiles(count: number): void {
    this.#fileCount += count
  }

  countEmptyFolder(): void {
    this.#emptyFolderCount += 1
  }

  /** Refuses a file that has already been counted. */
  refuse(relativePath: string, failure: Failure): void {
    this.#refused.push({ relativePath, failure })
  }

  /** Counts a file and refuses it. */
  refuseUncounted(relativePath: string, failure: Failure): void {
    this.countFiles(1)
    this.refuse(relativePath, failure)
  }

  /** The host and the page may both find the same folder. */
  addUnreadableFolder(relativePath: string, failure: Failure): void {
    if (this.#closed.has(relativePath)) return
    this.#closed.add(relativePath)
    this.#unreadable.push({ relativePath, failure })
  }

  /** Adds an entry of this folder whose name Chromium cannot represent. */
  addNameless(folder: string, kind: 'file' | 'folder'): void {
    const relativePath = folder === '' ? NAMELESS : `${folder}/${NAMELESS}`
    if (kind === 'folder') {
      this.#unreadable.push({ relativePath, failure: NAME_NOT_UNICODE })
    } else this.refuseUncounted(relativePath, NAME_NOT_UNICODE)
  }

  /** Adds what the host found in files and folders that were given to it directly. */
  addHostBatch(batch: GivenBatch): void {
    const { files, refused, unreadable, emptyFolderCount, linkCount, leftBySystem } = batch
    this.countFiles(files.length)
    for (const { file: given, ...entry } of leftBySystem) {
      this.addSystemEntry({ ...entry, file: given === null ? null : { from: 'host', given } })
    }
    for (const { relativePath, failure } of refused) this.refuseUncounted(relativePath, failure)
    for (const { relativePath, failure } of unreadable)
      this.addUnreadableFolder(relativePath, failure)
    this.#emptyFolderCount += emptyFolderCount
    const { count, isAll } = this.#links ?? { count: 0, isAll: true }
    this.#links = { count: count + linkCount, isAll }
  }

  /** @param root the folder's own name, or its path in the drop. */
  addFolderFindings(
    root: string,
    { linkCount, hidden, isComplete }: FolderFindings,
    systemFiles: SystemFilesRule,
  ): void {
    const named = hidden.map(({ relativePath, kind }) => {
      const path = relativePath === '' ? root : `${root}/${relativePath}`
      const isFolder = kind === 'closed' || kind === 'private' || kind === 'odd-folder'
      const left =
        systemFiles === 'leave-out' ? systemEntryIn(path, isFolder ? 'folder' : 'file') : null
      // A link is always counted as a link, whatever its name.
      return { path, kind, isLeft: left !== null && !(kind === 'link' && left.kind === 'file') }
    })
    const leftLinks = named.filter(({ kind, isLeft }) => kind === 'link' && isLeft)
    const { count, isAll } = this.#links ?? { count: 0, isAll: true }
    this.#links = {
      count: count + linkCount - leftLinks.length,
      isAll: isAll && isComplete,
    }
    for (const { path, kind, isLeft } of named) if (!isLeft) this.#addHiddenEntry(path, kind)
  }

  #addHiddenEntry(path: string, kind: FolderFindings['hidden'][number]['kind']): void {
    switch (kind) {
      case 'link':
        break
      case 'odd-file':
        this.refuseUncounted(path, NAME_NOT_UNICODE)
        break
      case 'odd-folder':
        this.addUnreadableFolder(path, NAME_NOT_UNICODE)
        break
      case 'closed':
        this.addUnreadableFolder(path, { kind: 'source-unreadable' })
        break
      case 'private':
        this.addUnreadableFolder(path, { kind: 'source-unreadable', why: 'macos-privacy' })
        break
      default:
        unreachable(kind)
    }
  }
}
