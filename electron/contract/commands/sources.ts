import * as z from 'zod/mini'
import { Failure } from '../failure/kinds.ts'
import { DestinationId, SourceId, UploadId } from '../ids.ts'
import { MAX_BATCH } from '../limits.ts'
import { SystemFilesRule } from '../rules/upload-rules.ts'
import { batch, command, nothing } from './row.ts'
import { QueueItem, RefusedItem, Source, UploadRecord } from './uploads.ts'

/** Has no limit of length: the page itself refuses a file whose path is too long for a key. */
const relativePath = z.string()

/** A file that was given to the host by its path, and its path inside the given folder. */
export const GivenFile = z.strictObject({
  source: Source,
  /** `photos/2026/a.jpg` for a file inside a given folder, `a.jpg` for a file by itself. */
  relativePath,
  /** Known from the name; empty when unknown. */
  contentType: z.string().check(z.maxLength(255)),
})
export type GivenFile = z.infer<typeof GivenFile>

const LeftOut = z.strictObject({ relativePath, failure: Failure })

/** Something that a system wrote into a given folder, and that the destination's rules leave out. */
export const LeftBySystem = z.strictObject({
  relativePath,
  kind: z.enum(['file', 'folder']),
  /** Null for a folder, and for a file that cannot be read. */
  file: z.nullable(GivenFile),
})
export type LeftBySystem = z.infer<typeof LeftBySystem>

/** The next files of one batch that "Open with", the dock or the command line passed together. */
export const GivenBatch = z.strictObject({
  files: z.array(GivenFile).check(z.maxLength(MAX_BATCH)),
  refused: z.array(LeftOut),
  /** Folders that could not be read. */
  unreadable: z.array(LeftOut),
  emptyFolderCount: z.int().check(z.gte(0)),
  /** Symbolic links inside folders, which are left out. */
  linkCount: z.int().check(z.gte(0)),
  leftBySystem: z.array(LeftBySystem).check(z.maxLength(MAX_BATCH)),
  /** This is the last of the batch. */
  isLast: z.boolean(),
})
export type GivenBatch = z.infer<typeof GivenBatch>

/** An entry of a dropped folder that Chromium hides from a page. */
export const HiddenEntry = z.strictObject({
  /** Below the folder, `sub/name`; bytes that are not valid text are shown as U+FFFD. */
  relativePath: z.string(),
  /**
   * `link`: a symbolic link, or a junction of Windows. `odd-file`, `odd-folder`: the name is not
   * valid UTF-8, or on Windows not valid UTF-16. `closed`: a folder that may not be read;
   * `private`: one that macOS keeps Ferry out of, in Privacy & Security.
   */
  kind: z.enum(['link', 'odd-file', 'odd-folder', 'closed', 'private']),
})
export type HiddenEntry = z.infer<typeof HiddenEntry>

/** The findings of a host that can see the disk. */
export const FolderFindings = z.strictObject({
  /** Counts all links; `hidden` names the first of them. */
  linkCount: z.int().check(z.gte(0)),
  hidden: z.array(HiddenEntry),
  /** The whole folder was searched, and `hidden` names everything. */
  isComplete: z.boolean(),
})
export type FolderFindings = z.infer<typeof FolderFindings>

export const sourceCommands = {
  /** Counts the batches of files that were given to the app and that the page has not fetched yet. */
  countGivenFiles: command(nothing, z.strictObject({ waitingCount: z.int().check(z.gte(0)) })),
  /**
   * Returns the next files of the oldest batch. They are registered, and belong to the caller.
   * `systemFiles` is the rule of the destination that the page has chosen for them.
   */
  nextGivenFiles: command(z.strictObject({ systemFiles: SystemFilesRule }), GivenBatch),
  /**
   * Returns for each file the unfinished uploads that it matches, oldest first: those of this
   * destination with the same path in their drop, length and time. The page knows which of them
   * still have a readable file, and skips those.
   */
  matchSources: command(
    z.strictObject({ destinationId: DestinationId, items: batch(QueueItem) }),
    z.strictObject({
      matches: z.array(z.strictObject({ sourceId: SourceId, uploadIds: z.array(UploadId) })),
    }),
  ),
  /**
   * Attaches files to unfinished uploads. A file with another name, length or time is refused with
   * `source-changed`.
   */
  attachSources: command(
    z.strictObject({
      attachments: batch(z.strictObject({ uploadId: UploadId, sourceId: SourceId })),
    }),
    z.strictObject({ uploads: z.array(UploadRecord), refused: z.array(RefusedItem) }),
  ),
  /**
   * Checks whether the file is still the one that was given. `isUnwritten`: it is proven that
   * nothing has written to it since. If the host cannot see the file (a browser) or cannot tell, it
   * is false, and the bytes have to be read again. Fails with `source-changed`, `source-missing` or
   * `source-unreadable`.
   */
  checkSource: command(
    z.strictObject({ uploadId: UploadId }),
    z.strictObject({ isUnwritten: z.boolean() }),
  ),
  /**
   * Tries to read a file that the page cannot read, and says what prevents it. Null: the host can
   * read it, or does not see it (a browser).
   */
  diagnoseSource: command(
    z.strictObject({ sourceId: SourceId }),
    z.strictObject({ failure: z.nullable(Failure) }),
  ),
} as const
