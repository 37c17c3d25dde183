import * as z from 'zod/mini'
import { ChecksumAlgorithm, StoreIntegrity } from '../checksum.ts'
import { DestinationDraft, DraftNote } from '../destination-draft.ts'
import { Failure } from '../failure/kinds.ts'
import { S3_LIMITS } from '../limits.ts'
import { command, nothing } from './row.ts'

const text = (max: number) => z.string().check(z.maxLength(max))

export const CheckId = z.uuid().brand('CheckId')
export type CheckId = z.infer<typeof CheckId>

/** The lines of the connection check, in the order in which they are found out and shown. */
export const CheckStep = z.enum([
  'form',
  'dns',
  'tls',
  'clock',
  'credentials',
  'region',
  'bucket',
  'put',
  'multipart',
  'list-parts',
  'abort',
  'get',
  'delete',
  'checksums',
  'conditional-writes',
  'unsigned-headers',
  'post-forms',
  'part-limit',
  'cors',
  'part-size',
  'versioning',
  'unfinished-rule',
  'public-access',
  'link-life',
])
export type CheckStep = z.infer<typeof CheckStep>

/** What became of a condition that should have stopped a write: `If-None-Match: *` over an object. */
export const ConditionSupport = z.enum(['honoured', 'ignored', 'refused'])
export type ConditionSupport = z.infer<typeof ConditionSupport>

export const Versioning = z.enum(['on', 'suspended', 'off'])
export type Versioning = z.infer<typeof Versioning>

/** What a line found out beside its verdict. */
export const CheckFinding = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('failure'), failure: Failure }),
  /** `http`: nothing protects the line, as on this computer or in a home. */
  z.strictObject({ kind: z.literal('tls'), protocol: text(40), issuer: z.nullable(text(200)) }),
  z.strictObject({ kind: z.literal('region'), region: text(100) }),
  z.strictObject({
    kind: z.literal('checksums'),
    /** A wrong one was refused, and a right one taken. */
    verified: z.array(ChecksumAlgorithm),
  }),
  z.strictObject({
    kind: z.literal('conditional-writes'),
    put: ConditionSupport,
    complete: ConditionSupport,
  }),
  /** Whether a signed PUT does what headers say that were not signed. */
  z.strictObject({ kind: z.literal('unsigned-headers'), isObeyed: z.boolean() }),
  z.strictObject({ kind: z.literal('post-forms'), isTaken: z.boolean() }),
  /** Bodies as long as uploads have. Not known: the line was too slow for one. */
  z.strictObject({ kind: z.literal('part-size'), byteLength: z.int() }),
  /** Object Lock keeps every object for so long; null: for a time that is not known. */
  z.strictObject({ kind: z.literal('retention'), days: z.nullable(z.int()) }),
  z.strictObject({ kind: z.literal('part-limit'), maxPartCount: z.int() }),
  /** The desktop app answers for the bucket itself. */
  z.strictObject({ kind: z.literal('cors-not-needed') }),
  /** The bucket's rule lets pages of every origin in, not only Ferry's. */
  z.strictObject({ kind: z.literal('cors-any-origin') }),
  z.strictObject({ kind: z.literal('versioning'), state: Versioning }),
  /** After how many days a rule of the bucket removes them; null: none does. */
  z.strictObject({ kind: z.literal('unfinished-rule'), days: z.nullable(z.int()) }),
  /** Seen without any key. */
  z.strictObject({
    kind: z.literal('public-access'),
    canRead: z.boolean(),
    canList: z.boolean(),
  }),
  z.strictObject({
    kind: z.literal('link-life'),
    maxSeconds: z.int().check(z.gte(0), z.lte(S3_LIMITS.maxLinkSeconds)),
    /** `session`: the keys end then; `session-unknown`: they end, and do not say when. */
    endsWith: z.enum(['signature', 'session', 'session-unknown']),
  }),
])
export type CheckFinding = z.infer<typeof CheckFinding>

/** One rule of a bucket's CORS configuration. */
export const CorsRule = z.strictObject({
  allowedOrigins: z.array(text(300)),
  allowedMethods: z.array(text(10)),
  allowedHeaders: z.array(text(100)),
  exposeHeaders: z.array(text(100)),
  maxAgeSeconds: z.int(),
})
export type CorsRule = z.infer<typeof CorsRule>

/** What one press can change. Those of the bucket are shown before they are made. */
export const CheckFix = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('use-region'), region: text(100) }),
  /** `rule` is added to the `keptCount` rules that are there. */
  z.strictObject({ kind: z.literal('set-cors'), rule: CorsRule, keptCount: z.int() }),
  z.strictObject({
    kind: z.literal('add-unfinished-rule'),
    days: z.int().check(z.gte(1), z.lte(365)),
    keptCount: z.int(),
  }),
  z.strictObject({ kind: z.literal('sign-in') }),
])
export type CheckFix = z.infer<typeof CheckFix>

export const CheckLine = z.strictObject({
  step: CheckStep,
  /** `unknown`: not reached, or these keys may not ask. */
  verdict: z.enum(['passed', 'warned', 'failed', 'unknown']),
  finding: z.nullable(CheckFinding),
  fix: z.nullable(CheckFix),
})
export type CheckLine = z.infer<typeof CheckLine>

/** What is kept of a check with the destination. Null: not found out. */
export const StoreFindings = z.strictObject({
  checkedAtMs: z.number(),
  integrity: z.nullable(StoreIntegrity),
  conditionalPut: z.nullable(ConditionSupport),
  conditionalComplete: z.nullable(ConditionSupport),
  takesPostForms: z.nullable(z.boolean()),
  maxPartCount: z.nullable(z.int().check(z.gte(1), z.lte(S3_LIMITS.maxPartCount))),
  versioning: z.nullable(Versioning),
  /** Set when a rule of the bucket removes unfinished uploads. */
  unfinishedDays: z.nullable(z.int()),
  isPublic: z.nullable(z.boolean()),
})
export type StoreFindings = z.infer<typeof StoreFindings>

export const CheckReport = z.strictObject({
  /** One per step. */
  lines: z.array(CheckLine),
  notes: z.array(DraftNote),
})
export type CheckReport = z.infer<typeof CheckReport>

export const checkCommands = {
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
} as const
