import * as z from 'zod/mini'
import { Failure } from '../failure/kinds.ts'
import { UploadId } from '../ids.ts'
import { UnreadSettings } from '../unread-settings.ts'
import { SecretPlace } from './destinations.ts'
import { command, nothing } from './row.ts'

/** Something that happened by itself and that the user should know about or must answer. */
export const HostNotice = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('file-set-aside'),
    what: z.enum(['settings', 'records', 'secrets', 'local-bucket']),
    /** The file's new name inside the data folder, or its whole path if it is elsewhere. */
    movedTo: z.string(),
  }),
  /** Another program holds a file of the data folder, so changes are only in memory. */
  z.strictObject({ kind: z.literal('file-held'), name: z.string() }),
  /** Others may read the data folder, and perhaps change it, so Ferry writes no key there in the clear. */
  z.strictObject({
    kind: z.literal('folder-open'),
    folder: z.string(),
    /** The disk has no permissions, or Windows' access list allows others. */
    why: z.enum(['disk', 'access-list']),
  }),
  z.strictObject({ kind: z.literal('folder-on-network'), folder: z.string() }),
  /** The desktop app keeps using the folder of an older version; this host created its own. */
  z.strictObject({ kind: z.literal('older-folder'), folder: z.string() }),
  /** This clock is over a day off. Ferry signs by the store's clock; links and lists show this one. */
  z.strictObject({ kind: z.literal('clock-off'), storeTimeMs: z.number() }),
  z.strictObject({ kind: z.literal('local-bucket-moved') }),
  z.strictObject({ kind: z.literal('local-bucket-stopped'), failure: Failure }),
  /** Ferry asks the user something outside the page, and a command waits for the answer. */
  z.strictObject({ kind: z.literal('asked-outside'), where: z.enum(['dialog', 'terminal']) }),
  /** Ferry can use it only after another start; until then keys stay in memory. */
  z.strictObject({ kind: z.literal('secret-store-locked') }),
  /** The host continued after an unexpected error; the log has it under this reference. */
  z.strictObject({ kind: z.literal('unexpected-error'), reference: z.string() }),
  ...UnreadSettings.def.options,
])
export type HostNotice = z.infer<typeof HostNotice>

export const HostDescription = z.strictObject({
  host: z.enum(['desktop', 'loopback']),
  version: z.string(),
  platform: z.enum(['linux', 'macos', 'windows', 'other']),
  /** Where the form's "keep" stores a secret; `memory` if there is no safe storage. */
  secretPlace: SecretPlace,
  dataFolder: z.string(),
  /** The origin that a bucket's CORS rule must allow for a browser window. It may hold one `*`. */
  corsOrigin: z.string(),
  troubles: z.array(HostNotice),
})
export type HostDescription = z.infer<typeof HostDescription>

/** `moving` needs no user: it sends, or continues by itself when the network is back. */
export const ProgressPace = z.enum(['moving', 'paused', 'stuck'])
export type ProgressPace = z.infer<typeof ProgressPace>

/** A dialog names this many uploads and counts the others. */
export const MAX_NAMED_UPLOADS = 3

const count = z.int().check(z.gte(0))

/**
 * The page's queue in a few numbers. The host shows them outside the page, and needs them for its
 * question before it closes the window. It looks up the names of uploads by their IDs.
 */
export const QueueReport = z.strictObject({
  /** Null: nothing is unfinished. */
  fraction: z.nullable(z.number().check(z.gte(0), z.lte(1))),
  pace: ProgressPace,
  /** Uploads that continue without the user. */
  movingCount: count,
  /** Uploads that this page has finished since it was loaded; it only grows. */
  finishedCount: count,
  lastFinished: z.nullable(UploadId),
  /** Uploads that failed, or continue only after the user has done something. */
  stuckCount: count,
  firstStuck: z.nullable(UploadId),
  /** Unfinished uploads whose files exist only in the page, such as pasted pictures. */
  onlyHereCount: count,
  onlyHere: z.array(UploadId).check(z.maxLength(MAX_NAMED_UPLOADS)),
})
export type QueueReport = z.infer<typeof QueueReport>

/** A release that is newer than this version. */
export const NewerRelease = z.strictObject({
  version: z.string().check(z.maxLength(40)),
  /** Says what is new, and has the files to download. */
  pageUrl: z.string().check(z.maxLength(500)),
  /** False: the user has to get it from the page. */
  canInstall: z.boolean(),
  /** The user said "not now" to this version. */
  isHidden: z.boolean(),
})
export type NewerRelease = z.infer<typeof NewerRelease>

export const UpdateState = z.strictObject({
  /** `unasked`: Ferry asks no server for releases until the user has agreed. */
  checks: z.enum(['unasked', 'daily', 'off']),
  newer: z.nullable(NewerRelease),
  step: z.enum(['idle', 'downloading', 'failed']),
})
export type UpdateState = z.infer<typeof UpdateState>

export const hostCommands = {
  describeHost: command(nothing, HostDescription),
  /**
   * Asks the user, outside the page, for the password of the proxy that stopped a request, and
   * answers when the user has. Fails with `not-confirmed`, or with `wrong-state` if no proxy asks.
   */
  enterProxyPassword: command(nothing, nothing),
  /** Opens a folder of Ferry's own in the system's file manager. */
  openFolder: command(
    z.strictObject({ folder: z.enum(['local-bucket', 'logs', 'data']) }),
    z.strictObject({ isOpened: z.boolean(), path: z.string() }),
  ),
  /**
   * Collects versions, counts and the end of the log for a report, without names, paths and keys.
   * The host copies them to the clipboard if it can; otherwise the page must.
   */
  copyDiagnostics: command(
    nothing,
    z.strictObject({ isCopied: z.boolean(), text: z.string().check(z.maxLength(200_000)) }),
  ),
  /**
   * Reports the queue for the task bar or dock, the notifications, the question before the window
   * closes, and for keeping the computer awake.
   */
  showProgress: command(QueueReport, nothing),
  /** Null: this build has no updates; the browser's host never has. */
  describeUpdates: command(nothing, z.nullable(UpdateState)),
  /** If allowed, Ferry asks the project's page for its newest release now, and then at most daily. */
  allowUpdateChecks: command(z.strictObject({ isAllowed: z.boolean() }), z.nullable(UpdateState)),
  /** Hides the known newer release; the next one is shown again. */
  hideUpdate: command(nothing, z.nullable(UpdateState)),
  /** Downloads the release, then restarts Ferry. Fails with `in-use` during uploads. */
  installUpdate: command(nothing, z.nullable(UpdateState)),
} as const
