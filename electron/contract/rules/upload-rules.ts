import * as z from 'zod/mini'
import { MAX_CONNECTIONS_PER_HOST, S3_LIMITS } from '../limits.ts'

/** The longest texts, in characters, and the longest lists. */
export const RULE_LIMITS = {
  keyTemplate: 1024,
  allowedTypes: 2000,
  contentTypes: 50,
  cacheControl: 300,
  metadata: 20,
  /** docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html */
  tags: 10,
  storageClass: 60,
  kmsKeyId: 2048,
} as const

const text = (max: number) => z.string().check(z.maxLength(max))
const pair = z.strictObject({ name: text(128), value: text(2000) })

/** The action if the bucket already has an object under the key. */
export const ConflictRule = z.enum(['ask', 'keep-both', 'replace', 'skip'])
export type ConflictRule = z.infer<typeof ConflictRule>

/** The user's answer when asked. */
export const ConflictDecision = z.enum(['keep-both', 'replace', 'skip'])
export type ConflictDecision = z.infer<typeof ConflictDecision>

/** Canned ACLs: docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html#canned-acl */
const CannedAcl = z.enum([
  'private',
  'public-read',
  'public-read-write',
  'authenticated-read',
  'bucket-owner-read',
  'bucket-owner-full-control',
])

export const Encryption = z.discriminatedUnion('kind', [
  /** The bucket's own default. */
  z.strictObject({ kind: z.literal('bucket') }),
  /** `AES256`: with the store's keys. */
  z.strictObject({ kind: z.literal('s3') }),
  /** `aws:kms`; an empty key means the account's own key for S3. */
  z.strictObject({ kind: z.literal('kms'), keyId: text(RULE_LIMITS.kmsKeyId) }),
])
export type Encryption = z.infer<typeof Encryption>

/** The rule for files that a system left in a given folder (`system-files.ts`). */
export const SystemFilesRule = z.enum(['leave-out', 'upload'])
export type SystemFilesRule = z.infer<typeof SystemFilesRule>

/** The lowest speed limit: at this speed a part of 5 MiB takes under six minutes. */
export const LEAST_BYTES_PER_SECOND = 16 * 1024

/**
 * How files are put into a destination. Fields are sent as typed; the host trims and validates
 * them.
 */
export const UploadRules = z.strictObject({
  /** The template of the object's key; `key-template.ts` defines its tokens. */
  keyTemplate: text(RULE_LIMITS.keyTemplate),
  onConflict: ConflictRule,
  /** Types and extensions, as in HTML's `accept`: `image/*, .pdf`; empty: all. */
  allowedTypes: text(RULE_LIMITS.allowedTypes),
  /** Null: the store's own limit. */
  maxFileBytes: z.nullable(z.int().check(z.gte(1), z.lte(S3_LIMITS.maxObjectBytes))),
  /** Does not apply to a file that was given by itself: the user chose it. */
  systemFiles: SystemFilesRule,
  /** By extension without its dot; takes precedence over every other source of the type. */
  contentTypes: z.array(pair).check(z.maxLength(RULE_LIMITS.contentTypes)),
  cacheControl: text(RULE_LIMITS.cacheControl),
  /** Stored with the object; a share link sets its own. */
  disposition: z.enum(['none', 'inline', 'attachment']),
  metadata: z.array(pair).check(z.maxLength(RULE_LIMITS.metadata)),
  tags: z.array(pair).check(z.maxLength(RULE_LIMITS.tags)),
  /** S3's name of the class, `STANDARD_IA`; empty: the bucket's default. */
  storageClass: text(RULE_LIMITS.storageClass),
  encryption: Encryption,
  /** Null: no ACL is sent, which buckets without ACLs require. */
  acl: z.nullable(CannedAcl),
  /** Null: depends on the file's length. */
  partBytes: z.nullable(
    z.int().check(z.gte(S3_LIMITS.minPartBytes), z.lte(S3_LIMITS.maxPartBytes)),
  ),
  /** Concurrent requests; null: as many as the browser opens to one host. */
  parallel: z.nullable(z.int().check(z.gte(1), z.lte(MAX_CONNECTIONS_PER_HOST))),
  /** For all uploads to the destination together; null: no limit. */
  bytesPerSecond: z.nullable(
    z.int().check(z.gte(LEAST_BYTES_PER_SECOND), z.lte(Number.MAX_SAFE_INTEGER)),
  ),
})
export type UploadRules = z.infer<typeof UploadRules>

export const DEFAULT_RULES: UploadRules = {
  keyTemplate: '{prefix}{folder}{name}',
  onConflict: 'keep-both',
  allowedTypes: '',
  maxFileBytes: null,
  systemFiles: 'leave-out',
  contentTypes: [],
  cacheControl: '',
  disposition: 'none',
  metadata: [],
  tags: [],
  storageClass: '',
  encryption: { kind: 'bucket' },
  acl: null,
  partBytes: null,
  parallel: null,
  bytesPerSecond: null,
}

const ruleFields = Object.keys(DEFAULT_RULES) as [keyof UploadRules, ...(keyof UploadRules)[]]

export const RuleField = z.enum(ruleFields)
export type RuleField = z.infer<typeof RuleField>

export const RuleProblem = z.strictObject({
  field: RuleField,
  problem: z.enum([
    'missing',
    'unknown-token',
    /** Two files would get the same key each time. */
    'no-name-in-it',
    'leaves-the-bucket',
    'too-long',
    /** A line break or a character that no header may contain. */
    'not-a-header',
    'not-a-type',
    'twice',
    'reserved',
  ]),
  /** The part of the typed text that has the problem, so that the user finds it. */
  what: text(200),
})
export type RuleProblem = z.infer<typeof RuleProblem>
