import * as z from 'zod/mini'
import { CheckFix, CheckId, CheckLine, CheckReport } from './commands/checks.ts'
import {
  AwsProfile,
  CredentialSource,
  SignInId,
  SignInStep,
  SsoAccount,
} from './commands/credentials.ts'
import {
  Destination,
  DestinationColor,
  DestinationName,
  LinkSeconds,
} from './commands/destinations.ts'
import {
  HostDescription,
  HostNotice,
  PartlyRead,
  QueueReport,
  UpdateState,
} from './commands/host.ts'
import { GivenBatch } from './commands/sources.ts'
import {
  FileFacts,
  PartReceipt,
  PartToSign,
  PreparedUpload,
  PutDiagnosis,
  QueueItem,
  RefusedItem,
  ShareLink,
  SignedPart,
  UploadMark,
  UploadRecord,
} from './commands/uploads.ts'
import { DestinationDraft, DraftNote, ListedBucket } from './destination-draft.ts'
import { Failure } from './failure/kinds.ts'
import { DestinationId, SourceId, UploadId } from './ids.ts'
import { MAX_BATCH, S3_LIMITS } from './limits.ts'
import { PartNumber } from './part-plan.ts'
import { ConflictDecision, SystemFilesRule, UploadRules } from './rules/upload-rules.ts'

const command = <I extends z.ZodMiniType, O extends z.ZodMiniType>(input: I, output: O) => ({
  input,
  output,
})
/** Items of the desktop's menu that only the page can perform. */
export const MenuItemName = z.enum(['add-files', 'add-folder', 'new-destination', 'settings'])
export type MenuItemName = z.infer<typeof MenuItemName>

const nothing = z.strictObject({})
const batch = <T extends z.ZodMiniType>(item: T) =>
  z.array(item).check(z.minLength(1), z.maxLength(MAX_BATCH))

const destinationList = z.strictObject({
  destinations: z.array(Destination),
  /** The one that drops go to; null before the first is made. */
  selectedId: z.nullable(DestinationId),
  /** The one that is selected when Ferry starts; null: the one selected last. */
  defaultId: z.nullable(DestinationId),
})

/** Every request the page may make of the host. A channel that is not a row here does not exist. */
export const commands = {
  describeHost: command(nothing, HostDescription),

  listDestinations: command(nothing, destinationList),
  /** Makes the bucket on this computer on the first call; selects it on every call. */
  openLocalBucket: command(nothing, Destination),
  /**
   * Makes real requests with the draft; stores nothing, leaves nothing in the bucket. Each line is
   * told by `checkProgressed` as it is found. What was learnt is kept when the draft is saved, or
   * at once for a saved destination whose place the draft does not change.
   */
  checkDestination: command(
    z.strictObject({ checkId: CheckId, draft: DestinationDraft }),
    CheckReport,
  ),
  /** The check ends early, after it has cleaned up. */
  cancelCheck: command(z.strictObject({ checkId: CheckId }), nothing),
  /** Changes the bucket as the fix says, keeping every rule that is there. */
  applyFix: command(z.strictObject({ draft: DestinationDraft, fix: CheckFix }), nothing),
  /** Those that the keys may see, by name; `isComplete` false: there are more. */
  listBuckets: command(
    z.strictObject({ draft: DestinationDraft }),
    z.strictObject({ buckets: z.array(ListedBucket), isComplete: z.boolean() }),
  ),
  /** From `~/.aws`, or where `AWS_CONFIG_FILE` and `AWS_SHARED_CREDENTIALS_FILE` point. */
  listProfiles: command(
    nothing,
    z.strictObject({ profiles: z.array(AwsProfile), hasEnvironment: z.boolean() }),
  ),
  /** Gets keys from the source, or says what the person has to do for them. */
  signIn: command(
    z.strictObject({
      source: CredentialSource,
      /** The device's six digits, when they were asked for. */
      code: z.nullable(z.string().check(z.regex(/^\d{6}$/))),
    }),
    SignInStep,
  ),
  /** Answers when the person has confirmed or refused, or the sign-in ran out. */
  awaitSignIn: command(z.strictObject({ signInId: SignInId }), SignInStep),
  cancelSignIn: command(z.strictObject({ signInId: SignInId }), nothing),
  /** After a sign-in there: what the person may use. Fails with `sign-in-needed` before. */
  listSsoAccounts: command(
    z.strictObject({
      startUrl: z.string().check(z.maxLength(2000)),
      ssoRegion: z.string().check(z.maxLength(100)),
    }),
    z.strictObject({ accounts: z.array(SsoAccount) }),
  ),
  /** Stores the draft and selects it; corrects the region where the store names another. */
  saveDestination: command(
    DestinationDraft,
    z.strictObject({ destination: Destination, notes: z.array(DraftNote) }),
  ),
  selectDestination: command(z.strictObject({ destinationId: DestinationId }), nothing),
  /** Wipes the secret too. Refused with `in-use` while uploads to it are unfinished. */
  forgetDestination: command(z.strictObject({ destinationId: DestinationId }), nothing),
  setLinkLife: command(
    z.strictObject({ destinationId: DestinationId, linkSeconds: LinkSeconds }),
    Destination,
  ),

  setDestinationLook: command(
    z.strictObject({
      destinationId: DestinationId,
      name: DestinationName,
      color: DestinationColor,
    }),
    Destination,
  ),
  /** With its keys and rules, under another name; the copy is selected. */
  duplicateDestination: command(z.strictObject({ destinationId: DestinationId }), Destination),
  setDefaultDestination: command(
    z.strictObject({ destinationId: z.nullable(DestinationId) }),
    nothing,
  ),
  /** Fails with `rules-invalid`. They count for uploads that have not begun. */
  saveRules: command(
    z.strictObject({ destinationId: DestinationId, rules: UploadRules }),
    Destination,
  ),
  /** All destinations without their secrets, as a file to keep or to take elsewhere. */
  exportSettings: command(nothing, z.strictObject({ fileName: z.string(), text: z.string() })),
  /**
   * Adds what is not there yet, also from files of older and newer Ferrys; what cannot be read of
   * an entry costs nothing else. The user is asked first, outside the page where that is possible.
   * No way to keys is taken over: they have to be entered or chosen again. Fails with `form-invalid`
   * for what is no file of Ferry's settings, `too-many-destinations` or `not-confirmed`.
   */
  importSettings: command(
    z.strictObject({ text: z.string().check(z.maxLength(1_000_000)) }),
    z.strictObject({
      addedCount: z.int(),
      knownCount: z.int(),
      unreadableCount: z.int(),
      /** Added without some of what the file says of them. */
      partlyRead: z.array(PartlyRead),
      /** A newer Ferry may mean something else by what it says. */
      fileVersion: z.enum(['known', 'newer']),
    }),
  ),

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
  /** Makes one record per file. Files that the store cannot take are answered in `refused`. */
  queueUploads: command(
    z.strictObject({ destinationId: DestinationId, items: batch(QueueItem) }),
    z.strictObject({ uploads: z.array(UploadRecord), refused: z.array(RefusedItem) }),
  ),
  /** Newest last; `after` is the last record of the page before. */
  listUploads: command(
    z.strictObject({ after: z.nullable(UploadId), limit: z.int().check(z.gte(1), z.lte(5000)) }),
    z.strictObject({ uploads: z.array(UploadRecord), hasMore: z.boolean() }),
  ),
  /**
   * Begins the upload on the store, or asks the store what it holds of one that began before.
   * `partBytes` counts only the first time (null: one PUT); afterwards the frozen plan is answered.
   */
  prepareUpload: command(
    z.strictObject({
      uploadId: UploadId,
      partBytes: z.nullable(
        z.int().check(z.gte(S3_LIMITS.minPartBytes), z.lte(S3_LIMITS.maxPartBytes)),
      ),
    }),
    PreparedUpload,
  ),
  /**
   * Signs parts of this upload's own record and nothing else, their checksums with them where the
   * store checks them. Called just before sending.
   */
  signParts: command(
    z.strictObject({ uploadId: UploadId, parts: batch(PartToSign) }),
    z.array(SignedPart),
  ),
  /**
   * For a PUT whose answer the page could not read. The host looks whether the store has the bytes
   * all the same, and tries the page's requests itself, below a key of its own that it clears away.
   * `isBodySent`: the browser has handed all of the body to the network. `too-large`: the page did
   * read the answer, a 413, and asks for the limit.
   */
  diagnoseNoResponse: command(
    z.strictObject({
      uploadId: UploadId,
      partNumber: PartNumber,
      isBodySent: z.boolean(),
      seen: z.enum(['nothing', 'too-large']),
    }),
    PutDiagnosis,
  ),
  /**
   * For a PUT whose signature the store did not accept: asks whether it accepts the keys, with a
   * request of the host's own. Null: it does not, or does not say.
   */
  diagnoseSignature: command(
    z.strictObject({ uploadId: UploadId }),
    z.strictObject({ failure: z.nullable(Failure) }),
  ),
  recordParts: command(
    z.strictObject({ uploadId: UploadId, receipts: batch(PartReceipt) }),
    nothing,
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
  /**
   * Completes on the store, proves by HEAD that the object is there and by the strongest checksum
   * the store has that it is the file, makes the share link.
   */
  completeUpload: command(z.strictObject({ uploadId: UploadId }), UploadRecord),
  /**
   * Remembers over a restart what the person or the engine decided. All or none; a mark of an
   * upload that has ended meanwhile is passed over.
   */
  markUploads: command(
    z.strictObject({ marks: batch(z.strictObject({ uploadId: UploadId, mark: UploadMark })) }),
    nothing,
  ),
  /** What to do about an object that is there already, for uploads that were asked about. */
  decideConflict: command(
    z.strictObject({ uploadIds: batch(UploadId), decision: ConflictDecision }),
    z.strictObject({ uploads: z.array(UploadRecord) }),
  ),
  /** Aborts on the store and asks it whether anything is left. */
  cancelUpload: command(z.strictObject({ uploadId: UploadId }), UploadRecord),
  /**
   * Begins again, with the file as it is now, an upload that failed, or one that waits for its file
   * and is given another: a new record in the same place; what the store holds of the old one is
   * removed. `sourceId`: the file given again, and `facts` of it; null: the host has its path (else
   * `source-detached`) and looks for itself.
   */
  uploadAgain: command(
    z.strictObject({
      uploadId: UploadId,
      sourceId: z.nullable(SourceId),
      /** Absent: as they were. */
      facts: z.optional(FileFacts),
    }),
    UploadRecord,
  ),
  /** Takes finished, failed and cancelled uploads off the list. The objects stay in the bucket. */
  clearUploads: command(z.strictObject({ uploadIds: batch(UploadId) }), nothing),

  /** Null `linkSeconds`: the destination's own. */
  createShareLink: command(
    z.strictObject({ uploadId: UploadId, linkSeconds: z.nullable(LinkSeconds) }),
    ShareLink,
  ),
  /** Puts the upload's link on the clipboard where the host can; else the page must. */
  copyShareLink: command(
    z.strictObject({ uploadId: UploadId }),
    z.strictObject({ isCopied: z.boolean() }),
  ),

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

export type Commands = typeof commands
export type CommandName = keyof Commands
/** What a handler receives, and what the page sends: the schemas transform nothing. */
export type CommandInput<N extends CommandName> = z.infer<Commands[N]['input']>
export type CommandOutput<N extends CommandName> = z.infer<Commands[N]['output']>

/** Everything the host says unasked: snapshots, never instructions. */
export const notices = {
  /** Records that the host changed by itself. */
  uploadsChanged: z.strictObject({ uploads: z.array(UploadRecord) }),
  destinationsChanged: destinationList,
  checkProgressed: z.strictObject({ checkId: CheckId, line: CheckLine }),
  troublesChanged: z.strictObject({ troubles: z.array(HostNotice) }),
  /** Files were given to the app itself: by the command line, "Open with" or the dock. */
  filesGiven: z.strictObject({ waitingCount: z.int().check(z.gte(0)) }),
  /** The computer is about to sleep, or woke up. Only a desktop host knows. */
  powerChanged: z.strictObject({ isAsleep: z.boolean() }),
  /** A link that the user opened, and that the system did not. Only a desktop host opens links. */
  linkNotOpened: z.strictObject({
    reason: z.enum(['too-long', 'refused']),
    /** It is on the clipboard instead. */
    isCopied: z.boolean(),
  }),
  menuChosen: z.strictObject({ item: MenuItemName }),
  /** From the menu; the page's own button has the command's answer. */
  diagnosticsCopied: z.strictObject({ isCopied: z.boolean() }),
  updatesChanged: UpdateState,
} as const

export type Notices = typeof notices
export type NoticeName = keyof Notices
export type NoticePayload<N extends NoticeName> = z.infer<Notices[N]>
