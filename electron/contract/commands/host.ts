import * as z from 'zod/mini'
import { Failure } from '../failure/kinds.ts'
import { UploadId } from '../ids.ts'
import { UnreadSettings } from '../unread-settings.ts'
import { SecretPlace } from './destinations.ts'
import { command, nothing } from './row.ts'

/** Something that happened unasked, which the person should know of, or that waits for them. */
export const HostNotice = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('file-set-aside'),
    what: z.enum(['settings', 'records', 'secrets', 'local-bucket']),
    /** The file's new name inside the data folder, or its whole path where it is not in there. */
    movedTo: z.string(),
  }),
  /** A file of the data folder that another program holds: what changes is in memory only. */
  z.strictObject({ kind: z.literal('file-held'), name: z.string() }),
  /** Others may read the data folder, and perhaps change it: no key is written there in the clear. */
  z.strictObject({
    kind: z.literal('folder-open'),
    folder: z.string(),
    /** Its disk keeps no permissions, or Windows' access list lets others in. */
    why: z.enum(['disk', 'access-list']),
  }),
  z.strictObject({ kind: z.literal('folder-on-network'), folder: z.string() }),
  /** The folder of an older Ferry that the desktop app goes on with; this host began its own. */
  z.strictObject({ kind: z.literal('older-folder'), folder: z.string() }),
  /** More than a day off the store's; Ferry signs with the store's, links and lists show ours. */
  z.strictObject({ kind: z.literal('clock-off'), storeTimeMs: z.number() }),
  z.strictObject({ kind: z.literal('local-bucket-moved') }),
  z.strictObject({ kind: z.literal('local-bucket-stopped'), failure: Failure }),
  /** The user is asked something outside the page, and what was asked for waits for the answer. */
  z.strictObject({ kind: z.literal('asked-outside'), where: z.enum(['dialog', 'terminal']) }),
  /** It opens for a Ferry that starts again; until then keys stay in memory. */
  z.strictObject({ kind: z.literal('secret-store-locked') }),
  /** The host went on after an error that nobody expected; the log has it under this reference. */
  z.strictObject({ kind: z.literal('unexpected-error'), reference: z.string() }),
  ...UnreadSettings.def.options,
])
export type HostNotice = z.infer<typeof HostNotice>

export const HostDescription = z.strictObject({
  host: z.enum(['desktop', 'loopback']),
  version: z.string(),
  platform: z.enum(['linux', 'macos', 'windows', 'other']),
  /** Where a secret goes when the form says "keep"; `memory` when there is no safe place. */
  secretPlace: SecretPlace,
  dataFolder: z.string(),
  /** The origin that a bucket's CORS rule must allow for a browser window. It may hold one `*`. */
  corsOrigin: z.string(),
  troubles: z.array(HostNotice),
})
export type HostDescription = z.infer<typeof HostDescription>

/** `moving` waits for nobody: it sends, or goes on by itself when the network is back. */
export const ProgressPace = z.enum(['moving', 'paused', 'stuck'])
export type ProgressPace = z.infer<typeof ProgressPace>

/** As many uploads as a dialog names; the others are counted. */
export const MAX_NAMED_UPLOADS = 3

const count = z.int().check(z.gte(0))

/**
 * The page's queue in a few numbers, for all that the host shows outside the page and for what it
 * asks before it closes the window. Uploads are named by their IDs: the host looks their names up.
 */
export const QueueReport = z.strictObject({
  /** Null: nothing is unfinished. */
  fraction: z.nullable(z.number().check(z.gte(0), z.lte(1))),
  pace: ProgressPace,
  /** Uploads that go on without the user. */
  movingCount: count,
  /** Uploads that this page has finished since it was loaded; it only grows. */
  finishedCount: count,
  lastFinished: z.nullable(UploadId),
  /** Uploads that failed, or go on only when the user has done something. */
  stuckCount: count,
  firstStuck: z.nullable(UploadId),
  /** Unfinished uploads whose files exist in the page alone, such as pasted pictures. */
  onlyHereCount: count,
  onlyHere: z.array(UploadId).check(z.maxLength(MAX_NAMED_UPLOADS)),
})
export type QueueReport = z.infer<typeof QueueReport>

/** A release that is newer than this Ferry. */
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
  /** `unasked`: nobody is asked for releases until the user has agreed. */
  checks: z.enum(['unasked', 'daily', 'off']),
  newer: z.nullable(NewerRelease),
  step: z.enum(['idle', 'downloading', 'failed']),
})
export type UpdateState = z.infer<typeof UpdateState>

export const hostCommands = {
  describeHost: command(nothing, HostDescription),
  /**
   * Asks for the password of the proxy that stopped a request, outside the page, and answers when
   * the user has. Fails with `not-confirmed`, or `wrong-state` where no proxy asks the host for one.
   */
  enterProxyPassword: command(nothing, nothing),
  /** Opens a folder of Ferry's own in the system's file manager. */
  openFolder: command(
    z.strictObject({ folder: z.enum(['local-bucket', 'logs', 'data']) }),
    z.strictObject({ isOpened: z.boolean(), path: z.string() }),
  ),
  /**
   * Versions, counts and the end of the log for a report, without names, places and keys. Put on
   * the clipboard where the host can; else the page must.
   */
  copyDiagnostics: command(
    nothing,
    z.strictObject({ isCopied: z.boolean(), text: z.string().check(z.maxLength(200_000)) }),
  ),
  /**
   * For the task bar or dock, the notifications, the question before the window closes, and whether
   * the computer has to stay awake.
   */
  showProgress: command(QueueReport, nothing),
  /** Null: this Ferry has no updates; a browser's never has. */
  describeUpdates: command(nothing, z.nullable(UpdateState)),
  /** Allowed: the project's page is asked for its newest release now, and then at most once a day. */
  allowUpdateChecks: command(z.strictObject({ isAllowed: z.boolean() }), z.nullable(UpdateState)),
  /** The newer release that is known is not shown again; the next one is. */
  hideUpdate: command(nothing, z.nullable(UpdateState)),
  /** Downloads the release, then closes and starts Ferry. Fails with `in-use` during uploads. */
  installUpdate: command(nothing, z.nullable(UpdateState)),
} as const
