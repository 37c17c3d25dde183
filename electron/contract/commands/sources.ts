import * as z from 'zod/mini'
import { Failure } from '../failure/kinds.ts'
import { DestinationId, SourceId, UploadId } from '../ids.ts'
import { MAX_BATCH } from '../limits.ts'
import { SystemFilesRule } from '../rules/upload-rules.ts'
import { batch, command, nothing } from './row.ts'
import { QueueItem, RefusedItem, Source, UploadRecord } from './uploads.ts'

/** Has no limit of length: the page refuses, by its name, a file whose path is too long for a key. */
const relativePath = z.string()

/** A file that was given to the host by its path, and where it stood in what was given. */
export const GivenFile = z.strictObject({
  source: Source,
  /** `photos/2026/a.jpg` for a file inside a given folder, `a.jpg` for a file by itself. */
  relativePath,
  /** As its name tells; empty when unknown. */
  contentType: z.string().check(z.maxLength(255)),
})
export type GivenFile = z.infer<typeof GivenFile>

const LeftOut = z.strictObject({ relativePath, failure: Failure })

/** Something that a system left in a given folder, and that the destination's rules leave out. */
export const LeftBySystem = z.strictObject({
  relativePath,
  kind: z.enum(['file', 'folder']),
  /** Null: a folder, or a file that cannot be read either. */
  file: z.nullable(GivenFile),
})
export type LeftBySystem = z.infer<typeof LeftBySystem>

/** The next files of what was given together, by "Open with", the dock or the command line. */
export const GivenBatch = z.strictObject({
  files: z.array(GivenFile).check(z.maxLength(MAX_BATCH)),
  refused: z.array(LeftOut),
  /** Folders that could not be read. */
  unreadable: z.array(LeftOut),
  emptyFolderCount: z.int().check(z.gte(0)),
  /** Symbolic links inside folders, which are left out. */
  linkCount: z.int().check(z.gte(0)),
  leftBySystem: z.array(LeftBySystem).check(z.maxLength(MAX_BATCH)),
  /** Nothing more comes of what was given together with these. */
  isLast: z.boolean(),
})
export type GivenBatch = z.infer<typeof GivenBatch>

/** Something in a folder that was given to the window, which Chromium hides from a page. */
export const HiddenEntry = z.strictObject({
  /** Below the folder, `sub/name`; a byte that is no valid text is shown as U+FFFD. */
  relativePath: z.string(),
  /**
   * `link`: a symbolic link, or a junction of Windows. `odd-file`, `odd-folder`: the name is not
   * valid UTF-8, or on Windows not valid UTF-16. `closed`: a folder that may not be read;
   * `private`: one that macOS keeps Ferry out of, in Privacy & Security.
   */
  kind: z.enum(['link', 'odd-file', 'odd-folder', 'closed', 'private']),
})
export type HiddenEntry = z.infer<typeof HiddenEntry>

/** What a host that can see the disk found in a folder. */
export const FolderFindings = z.strictObject({
  /** All of the links; `hidden` names the first of them. */
  linkCount: z.int().check(z.gte(0)),
  hidden: z.array(HiddenEntry),
  /** The folder was looked through to its end, and `hidden` names everything. */
  isComplete: z.boolean(),
})
export type FolderFindings = z.infer<typeof FolderFindings>

export const sourceCommands = {
  /** How often files were given to the app itself, without the page, that it has not asked for. */
  countGivenFiles: command(nothing, z.strictObject({ waitingCount: z.int().check(z.gte(0)) })),
  /**
   * The next of the files that were given first. They are registered, and belong to the caller.
   * `systemFiles` is the rule of the destination that they go to, which the page chooses.
   */
  nextGivenFiles: command(z.strictObject({ systemFiles: SystemFilesRule }), GivenBatch),
  /**
   * The unfinished uploads that each file could stand in for, oldest first: of this destination,
   * from the same place in their drop, with the file's length and time. The page knows which of
   * them still have a file that can be read, and leaves those alone.
   */
  matchSources: command(
    z.strictObject({ destinationId: DestinationId, items: batch(QueueItem) }),
    z.strictObject({
      matches: z.array(z.strictObject({ sourceId: SourceId, uploadIds: z.array(UploadId) })),
    }),
  ),
  /**
   * Gives unfinished uploads their files again. A file of another name, length or time is refused
   * with `source-changed`.
   */
  attachSources: command(
    z.strictObject({
      attachments: batch(z.strictObject({ uploadId: UploadId, sourceId: SourceId })),
    }),
    z.strictObject({ uploads: z.array(UploadRecord), refused: z.array(RefusedItem) }),
  ),
  /**
   * Whether the file is still the one that was given. `isUnwritten`: it is proven that nobody wrote
   * to it since; false where the host cannot see the file (a browser) or cannot tell: its bytes have
   * to be read again. Fails with `source-changed`, `source-missing`
   * or `source-unreadable`.
   */
  checkSource: command(
    z.strictObject({ uploadId: UploadId }),
    z.strictObject({ isUnwritten: z.boolean() }),
  ),
  /**
   * For a file that the page cannot read: tries to, and says what is in the way. Null: the host can
   * read it, or does not see it (a browser).
   */
  diagnoseSource: command(
    z.strictObject({ sourceId: SourceId }),
    z.strictObject({ failure: z.nullable(Failure) }),
  ),
} as const
