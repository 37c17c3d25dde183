import type { Failure } from '../electron/contract/failure/kinds.ts'
import type { DestinationId, UploadId } from '../electron/contract/ids.ts'

/** A file as the page got it, with its place inside a dropped folder. */
export interface IncomingFile {
  readonly file: File
  readonly relativePath: string
}

/** A file or a folder of a drop that was not taken, and why. */
export interface RefusedItem {
  readonly relativePath: string
  readonly failure: Failure
}

/** Files and folders that a system left in given folders, and that the destination's rule leaves out. */
export interface SkippedSystemFiles {
  readonly destinationId: DestinationId
  readonly fileCount: number
  readonly folderCount: number
  /** Their names (`systemEntryLabel`), each once, in the order in which they were found. */
  readonly names: readonly string[]
  /** Uploads the files, not what is in the folders. Null: there is no file that can be read. */
  readonly upload: (() => Promise<IntakeReport>) | null
}

/** A folder that macOS shows as one file, and that goes up as a folder of files. */
export interface PackageFolder {
  readonly relativePath: string
  /** Uploads of the files in it that were queued. */
  readonly uploadIds: readonly UploadId[]
}

/** What became of a drop, a choice or a paste. */
export interface IntakeReport {
  /**
   * Every file that was come upon, but what a system left there. Each is queued, matched or refused,
   * and none of it twice.
   */
  readonly fileCount: number
  readonly queuedCount: number
  /** Files recognised as the sources of unfinished uploads. */
  readonly matchedCount: number
  /** Among the matched: their uploads are paused, or lack something else, and do not go on yet. */
  readonly notResumedCount: number
  readonly refused: readonly RefusedItem[]
  /** Folders that could not be read; nobody knows what is in them. */
  readonly unreadable: readonly RefusedItem[]
  /** Folders without a file in them: S3 has no folders, so there is nothing to upload. */
  readonly emptyFolderCount: number
  /**
   * Symbolic links inside the folders, which are left out; `isAll` false: there may be more. Null:
   * nobody can know (a browser).
   */
  readonly links: { readonly count: number; readonly isAll: boolean } | null
  /** Null: nothing was left out by the rule. */
  readonly systemFiles: SkippedSystemFiles | null
  readonly packages: readonly PackageFolder[]
}

/**
 * Where the files shall go. A promise while the person still chooses (a drop before the first
 * destination was made); null: they chose none, and nothing is queued.
 */
export type DestinationChoice = DestinationId | Promise<DestinationId | null>

/**
 * The way from the person's files to the queue: registers them with the host, recognises those
 * that unfinished uploads wait for, makes records of the rest.
 */
export interface Intake {
  /**
   * Must be called synchronously in the `drop` or `paste` handler: a DataTransfer's items die
   * after the event.
   */
  readonly addTransfer: (
    transfer: DataTransfer,
    destination: DestinationChoice,
  ) => Promise<IntakeReport>
  /** From `input type=file`; a folder input fills `webkitRelativePath`. */
  readonly addFiles: (files: Iterable<File>, destinationId: DestinationId) => Promise<IntakeReport>
  /** Files that were given to the app itself at one time: by the command line, "Open with" or the dock. */
  readonly addGiven: (destination: DestinationChoice) => Promise<IntakeReport>
  /**
   * Gives one upload its file again, wherever that is now. Null: it has it. Fails with
   * `source-changed` where it is another file, by its name, length or time.
   */
  readonly giveFile: (uploadId: UploadId, file: File) => Promise<Failure | null>
  /**
   * Begins a failed upload anew, in its row's place. `file` null: the host reads it at its path.
   * Null: it is on its way.
   */
  readonly uploadAgain: (uploadId: UploadId, file: File | null) => Promise<Failure | null>
}
