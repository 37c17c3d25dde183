import type { Failure } from '../../../electron/contract/failure/kinds.ts'
import type { DestinationId, UploadId } from '../../../electron/contract/ids.ts'

/** A file or folder that was not queued, and why. */
export interface RefusedItem {
  readonly relativePath: string
  readonly failure: Failure
}

/**
 * Files and folders that an operating system created in a folder, and that the destination's rule
 * skips.
 */
export interface SkippedSystemFiles {
  readonly destinationId: DestinationId
  readonly fileCount: number
  readonly folderCount: number
  /** Their names (`systemEntryLabel`), each once, in the order in which they were found. */
  readonly names: readonly string[]
  /**
   * Uploads the files, but not the contents of the folders. Null: none of the files can be read.
   */
  readonly upload: (() => Promise<IntakeReport>) | null
}

/** A folder that macOS shows as one file, and that is uploaded as a folder of files. */
export interface PackageFolder {
  readonly relativePath: string
  /** The queued uploads of its files. */
  readonly uploadIds: readonly UploadId[]
}

/** The result of one drop, choice or paste. */
export interface IntakeReport {
  /**
   * The number of files found, without skipped system files. Each file is queued, matched or
   * refused, and counted once.
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
  /** Folders that contain no files: S3 has no folders, so there is nothing to upload. */
  readonly emptyFolderCount: number
  /**
   * Symbolic links inside the folders; they are not uploaded. `isAll` false: there may be more.
   * Null: the host cannot see links (a browser).
   */
  readonly links: { readonly count: number; readonly isAll: boolean } | null
  /** Null: the rule skipped nothing. */
  readonly systemFiles: SkippedSystemFiles | null
  readonly packages: readonly PackageFolder[]
}
