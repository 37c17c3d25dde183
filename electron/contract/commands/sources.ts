import * as z from 'zod/mini'
import { Failure } from '../failure/kinds.ts'
import { MAX_BATCH } from '../limits.ts'
import { Source } from './uploads.ts'

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
