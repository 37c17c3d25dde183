import type { CommandHandlers } from '../contract/bridge.ts'
import type { Source } from '../contract/commands/uploads.ts'
import type { FolderFindings } from '../contract/folder-findings.ts'
import type { Outcome } from '../contract/outcome.ts'
import type { SourceFacts } from './ports.ts'

/** The main side's work, ready to be served by a transport. */
export interface Core {
  readonly handlers: CommandHandlers
  /** One outcome per file, in order. Files with a path are stat'ed; the others are believed. */
  readonly registerSources: (files: readonly SourceFacts[]) => Promise<readonly Outcome<Source>[]>
  /** Files and folders that the system gave to the app itself: they wait until the page asks. */
  readonly giveFiles: (paths: readonly string[]) => void
  /** One answer per path, in order; null where there is none, or no folder. */
  readonly inspectFolders: (
    paths: readonly (string | null)[],
  ) => Promise<readonly (FolderFindings | null)[]>
  /** The file behind a ticket, for `source://`; null for an unknown or path-less one. */
  readonly sourcePath: (sourceId: string) => SourceFacts | null
  /**
   * True for share links in the records, for the page of a sign-in that waits and for the page of a
   * newer release: what the desktop opens in the user's browser.
   */
  readonly mayOpen: (url: string) => boolean
  /** Every origin that a part of the present destinations may be sent to. */
  readonly storeOrigins: () => readonly string[]
  /** An error that nobody expected, outside every command, which the host has logged. */
  readonly noteUnexpectedError: (reference: string) => void
  /** Puts the newest link that has not expired on the clipboard; false: there is none. */
  readonly copyLatestLink: () => Promise<boolean>
  /** Stops the local bucket, closes the records. Idempotent. */
  readonly close: () => Promise<void>
}
