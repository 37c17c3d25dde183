import type { Failure } from '../../../electron/contract/failure/kinds.ts'
import type { DestinationId, UploadId } from '../../../electron/contract/ids.ts'

/** A file or folder that was not queued, and why. */
export interface RefusedItem {
  readonly relativePath: string
  readonly failure: Failure
}

/** Files and folders that an operating system left in a folder, and that the destination's rule skips. */
export interface SkippedSystemFiles {
  readonly destinationId: DestinationId
  readonly fileCount: number
  readonly folderCount: number
  /** Their names (`systemEntryLabel`), each once, in the order in which they were found. */
  readonly names: readonly string[]
  /** Uploads the files, but not the contents of the folders. Null: none of the files can be read. */
  readonly upload: (() => Promise<IntakeReport>) | null
}

/** A folder that macOS shows as one file, and that is uploaded as a folder of files. */
export interface PackageFolder {
  readonly relativePath: string
  /** The uploads of its files that were queued. */
  readonly uploadIds: readonly UploadId[]
}

/** The result of one drop, choice or paste. */
export interface IntakeReport {
  /**
   * Every file that was found, except skipped system files. Each is queued, matched or refused, and
   * counted once.
   */
  readonly fileCount: number
  readonly queuedCount: number
  /** Files recognised as the sources of unfinished uploads. */
  readonly matchedCount: number
  /** Matched files whose uploads are paused or still lack something else. */
  readonly notResumedCount: number
  readonly refused: readonly RefusedItem[]
  /** Folders that could not be read, so their contents are unknown. */
  readonly unreadable: readonly RefusedItem[]
  /** Folders without a file in them: S3 has no folders, so there is nothing to upload. */
  readonly emptyFolderCount: number
  /**
   * Symbolic links inside the folders, which are left out; `isAll` false: there may be more. Null:
   * the host cannot see them (a browser).
   */
  readonly links: { readonly count: number; readonly isAll: boolean } | null
  /** Null: the rule skipped nothing. */
  readonly systemFiles: SkippedSystemFiles | null
  readonly packages: readonly PackageFolder[]
}
