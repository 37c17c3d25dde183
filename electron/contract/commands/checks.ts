import * as z from 'zod/mini'
import { ChecksumAlgorithm, StoreIntegrity } from '../checksum.ts'
import { DestinationDraft, DraftNote } from '../destination-draft.ts'
import { Failure } from '../failure/kinds.ts'
import { S3_LIMITS } from '../limits.ts'
import { command, nothing } from './row.ts'

const text = (max: number) => z.string().check(z.maxLength(max))

export const CheckId = z.uuid().brand('CheckId')
export type CheckId = z.infer<typeof CheckId>

/** The lines of the connection check, in the order in which they run and appear. */
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

/** The effect of a condition that should prevent a write: `If-None-Match: *` over an object. */
export const ConditionSupport = z.enum(['honoured', 'ignored', 'refused'])
export type ConditionSupport = z.infer<typeof ConditionSupport>

const Versioning = z.enum(['on', 'suspended', 'off'])

/** A line's finding besides its verdict. */
export const CheckFinding = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('failure'), failure: Failure }),
  /** `http`: the connection is unencrypted, as on this computer or in a home network. */
  z.strictObject({ kind: z.literal('tls'), protocol: text(40), issuer: z.nullable(text(200)) }),
  z.strictObject({ kind: z.literal('region'), region: text(100) }),
  z.strictObject({
    kind: z.literal('checksums'),
    /** The store refused a wrong one and accepted a right one. */
    verified: z.array(ChecksumAlgorithm),
  }),
  z.strictObject({
    kind: z.literal('conditional-writes'),
    put: ConditionSupport,
    complete: ConditionSupport,
  }),
  /** Whether a signed PUT obeys headers that were not signed. */
  z.strictObject({ kind: z.literal('unsigned-headers'), isObeyed: z.boolean() }),
  z.strictObject({ kind: z.literal('post-forms'), isTaken: z.boolean() }),
  /** The length of the bodies that uploads send. Not known: the connection was too slow for one. */
  z.strictObject({ kind: z.literal('part-size'), byteLength: z.int() }),
  /** Object Lock keeps every object for this long; null: for an unknown time. */
  z.strictObject({ kind: z.literal('retention'), days: z.nullable(z.int()) }),
  z.strictObject({ kind: z.literal('part-limit'), maxPartCount: z.int() }),
  /** The desktop app handles CORS itself. */
  z.strictObject({ kind: z.literal('cors-not-needed') }),
  /** The bucket's rule allows pages of every origin, not only Ferry's. */
  z.strictObject({ kind: z.literal('cors-any-origin') }),
  z.strictObject({ kind: z.literal('versioning'), state: Versioning }),
  /** The days after which a rule of the bucket removes unfinished uploads; null: no rule does. */
  z.strictObject({ kind: z.literal('unfinished-rule'), days: z.nullable(z.int()) }),
  /** Access without any key. */
  z.strictObject({
    kind: z.literal('public-access'),
    canRead: z.boolean(),
    canList: z.boolean(),
  }),
  z.strictObject({
    kind: z.literal('link-life'),
    maxSeconds: z.int().check(z.gte(0), z.lte(S3_LIMITS.maxLinkSeconds)),
    /** `session`: the keys expire then; `session-unknown`: they expire at an unknown time. */
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

/** A change that one press makes. Changes of the bucket are shown before they are made. */
export const CheckFix = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('use-region'), region: text(100) }),
  /** `rule` is added to the `keptCount` existing rules. */
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

/** The findings of a check that are kept with the destination. Null: not known. */
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
   * Makes real requests with the draft; stores nothing and leaves nothing in the bucket. The notice
   * `checkProgressed` reports each line at once. The findings are kept when the draft is saved, or
   * at once for a saved destination whose endpoint and bucket the draft does not change.
   */
  checkDestination: command(
    z.strictObject({ checkId: CheckId, draft: DestinationDraft }),
    CheckReport,
  ),
  /** The check ends early, after it has cleaned up. */
  cancelCheck: command(z.strictObject({ checkId: CheckId }), nothing),
  /** Changes the bucket as the fix says, and keeps all its existing rules. */
  applyFix: command(z.strictObject({ draft: DestinationDraft, fix: CheckFix }), nothing),
} as const
