import * as z from 'zod/mini'

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
