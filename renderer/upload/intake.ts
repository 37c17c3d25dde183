import type { Failure } from '../../electron/contract/failure.ts'
import type { DestinationId, UploadId } from '../../electron/contract/ids.ts'

/** A file as the page got it, with its place inside a dropped folder. */
export interface IncomingFile {
  readonly file: File
  readonly relativePath: string
}

/** What came out of a drop, a choice or a paste. */
export interface IntakeReport {
  readonly queuedCount: number
  /** Files recognised as the sources of unfinished uploads, which now go on. */
  readonly matchedCount: number
  readonly refused: readonly { readonly relativePath: string; readonly failure: Failure }[]
  /** Folders without a file in them: S3 has no folders, so there is nothing to upload. */
  readonly emptyFolderCount: number
  /** Folders and files that the system did not let us read. */
  readonly unreadable: readonly string[]
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
  /**
   * Begins a failed upload anew, in its row's place. `file` null: the host reads it at its path.
   * Null: it is on its way.
   */
  readonly uploadAgain: (uploadId: UploadId, file: File | null) => Promise<Failure | null>
}
