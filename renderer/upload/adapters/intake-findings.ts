import type { Failure } from '../../../electron/contract/failure.ts'
import type { FolderFindings } from '../../../electron/contract/folder-findings.ts'
import type { GivenBatch } from '../../../electron/contract/given-files.ts'
import { unreachable } from '../../../electron/contract/unreachable.ts'
import type { IntakeReport, LeftOut } from '../intake.ts'

/** Stands where a name would, of which not even the bytes are known. */
export const NAMELESS = '\uFFFD'

export const NAME_NOT_UNICODE: Failure = { kind: 'name-unusable', reason: 'not-unicode' }

/** What was come upon in given folders and cannot be taken, and what there was to come upon. */
export class IntakeFindings {
  readonly #refused: LeftOut[] = []
  readonly #unreadable: LeftOut[] = []
  readonly #closed = new Set<string>()
  #fileCount = 0
  #emptyFolderCount = 0
  #links: IntakeReport['links'] = null

  counted(): Pick<
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

  files(count: number): void {
    this.#fileCount += count
  }

  emptyFolder(): void {
    this.#emptyFolderCount += 1
  }

  /** A file that was counted. */
  refuse(relativePath: string, failure: Failure): void {
    this.#refused.push({ relativePath, failure })
  }

  /** A file that nobody has counted. */
  refuseOne(relativePath: string, failure: Failure): void {
    this.files(1)
    this.refuse(relativePath, failure)
  }

  /** Host and page may both find the same one. */
  closedFolder(relativePath: string, failure: Failure): void {
    if (this.#closed.has(relativePath)) return
    this.#closed.add(relativePath)
    this.#unreadable.push({ relativePath, failure })
  }

  /** An entry of this folder whose name Chromium cannot say. */
  nameless(folder: string, kind: 'file' | 'folder'): void {
    const relativePath = folder === '' ? NAMELESS : `${folder}/${NAMELESS}`
    if (kind === 'folder') {
      this.#unreadable.push({ relativePath, failure: NAME_NOT_UNICODE })
    } else this.refuseOne(relativePath, NAME_NOT_UNICODE)
  }

  /** Things that the host came upon in files and folders that it was given itself. */
  givenToHost({ files, refused, unreadable, emptyFolderCount, linkCount }: GivenBatch): void {
    this.files(files.length)
    for (const { relativePath, failure } of refused) this.refuseOne(relativePath, failure)
    for (const { relativePath, failure } of unreadable) this.closedFolder(relativePath, failure)
    this.#emptyFolderCount += emptyFolderCount
    const { count, isAll } = this.#links ?? { count: 0, isAll: true }
    this.#links = { count: count + linkCount, isAll }
  }

  /** @param root the folder's own name, or its place in the drop. */
  seenByHost(root: string, { linkCount, hidden, isComplete }: FolderFindings): void {
    const { count, isAll } = this.#links ?? { count: 0, isAll: true }
    this.#links = { count: count + linkCount, isAll: isAll && isComplete }
    for (const { relativePath, kind } of hidden) {
      const path = relativePath === '' ? root : `${root}/${relativePath}`
      switch (kind) {
        case 'link':
          break
        case 'odd-file':
          this.refuseOne(path, NAME_NOT_UNICODE)
          break
        case 'odd-folder':
          this.closedFolder(path, NAME_NOT_UNICODE)
          break
        case 'closed':
          this.closedFolder(path, { kind: 'source-unreadable' })
          break
        default:
          unreachable(kind)
      }
    }
  }
}
