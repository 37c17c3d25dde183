import type { FolderFindings } from './commands/sources.ts'
import type { Source } from './commands/uploads.ts'
import type { CommandInput, CommandName, CommandOutput } from './commands.ts'
import type { NoticeName, NoticePayload } from './notices.ts'
import type { Outcome } from './outcome.ts'

/** One handler per row; a missing or extra one does not compile. */
export type CommandHandlers = {
  readonly [N in CommandName]: (input: CommandInput<N>) => Promise<Outcome<CommandOutput<N>>>
}

/** The calls of the page: the same rows. */
export type CommandCalls = {
  readonly [N in CommandName]: (input: CommandInput<N>) => Promise<Outcome<CommandOutput<N>>>
}

export type NoticeSubscriptions = {
  readonly [N in NoticeName]: (listener: (payload: NoticePayload<N>) => void) => () => void
}

/**
 * The page's only access to the host. The preload exposes it as `window.ferry`; in a browser
 * `renderer/bridge/connect.ts` makes the same over HTTP.
 */
export interface FerryBridge<FileLike> {
  readonly commands: CommandCalls
  /** Each subscription returns a function that ends it. */
  readonly notices: NoticeSubscriptions
  /**
   * One of the two calls outside the table, since a `File` cannot cross to the host. Answers one
   * outcome per file, in order. On the desktop the preload takes each file's path and hands it to
   * the host; the page never sees it. At most `MAX_BATCH` files a call.
   */
  readonly registerSources: (
    files: readonly FileLike[],
  ) => Promise<Outcome<readonly Outcome<Source>[]>>
  /**
   * The other one: finds what Chromium hides of folders. Each folder is identified by the `File`
   * that a drop has for it, or by any file of a chosen folder. Answers one finding per folder, in
   * order; null if the host cannot see it, as in a browser. At most `MAX_BATCH` folders a call.
   */
  readonly inspectFolders: (
    folders: readonly FileLike[],
  ) => Promise<Outcome<readonly (FolderFindings | null)[]>>
}

/** Makes one entry per row of a table, with the type that the caller specifies. */
export function mapRows<T extends object, R>(table: T, toEntry: (row: keyof T & string) => R) {
  const names = Object.keys(table) as (keyof T & string)[]
  return Object.fromEntries(names.map((row) => [row, toEntry(row)])) as { [N in keyof T]: R }
}

/**
 * The names of the rows alone. The preload needs nothing else of them, and so loads no schema into
 * the page's process. A row that is missing here, or does not exist, does not compile.
 */
export const COMMAND_NAMES: Readonly<Record<CommandName, true>> = {
  describeHost: true,
  enterProxyPassword: true,
  openFolder: true,
  copyDiagnostics: true,
  showProgress: true,
  describeUpdates: true,
  allowUpdateChecks: true,
  hideUpdate: true,
  installUpdate: true,
  listDestinations: true,
  openLocalBucket: true,
  listBuckets: true,
  saveDestination: true,
  selectDestination: true,
  forgetDestination: true,
  setLinkLife: true,
  setDestinationLook: true,
  duplicateDestination: true,
  setDefaultDestination: true,
  saveRules: true,
  exportSettings: true,
  importSettings: true,
  listProfiles: true,
  signIn: true,
  awaitSignIn: true,
  cancelSignIn: true,
  listSsoAccounts: true,
  checkDestination: true,
  cancelCheck: true,
  applyFix: true,
  countGivenFiles: true,
  nextGivenFiles: true,
  matchSources: true,
  attachSources: true,
  checkSource: true,
  diagnoseSource: true,
  queueUploads: true,
  listUploads: true,
  prepareUpload: true,
  signParts: true,
  diagnoseNoResponse: true,
  diagnoseSignature: true,
  completeUpload: true,
  syncUploads: true,
  decideConflict: true,
  cancelUpload: true,
  uploadAgain: true,
  createShareLink: true,
  copyShareLink: true,
}

export const NOTICE_NAMES: Readonly<Record<NoticeName, true>> = {
  uploadsChanged: true,
  destinationsChanged: true,
  checkProgressed: true,
  troublesChanged: true,
  filesGiven: true,
  powerChanged: true,
  linkNotOpened: true,
  menuChosen: true,
  diagnosticsCopied: true,
  updatesChanged: true,
}
