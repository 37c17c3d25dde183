import type { CorsRule } from './commands/checks.ts'
import type { Encryption, UploadRules } from './rules/upload-rules.ts'

/** The uses of a bucket that the user can choose; each needs its own permissions. */
export const POLICY_WANTS = ['upload', 'share', 'browse', 'delete', 'tidy', 'set-up'] as const
export type PolicyWant = (typeof POLICY_WANTS)[number]

export interface PolicyScope {
  readonly bucket: string
  /** Empty: the whole bucket. */
  readonly prefix: string
  /** The region of the form, which determines the partition of ARNs. */
  readonly region: string
  readonly wants: readonly PolicyWant[]
  readonly rules: Pick<UploadRules, 'tags' | 'acl' | 'encryption'>
}

interface Statement {
  readonly Sid: string
  readonly Effect: 'Allow'
  readonly Principal?: { readonly AWS: string }
  readonly Action: readonly string[]
  readonly Resource: string
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>
}

const PART_ACTIONS = ['s3:AbortMultipartUpload', 's3:ListMultipartUploadParts']

/**
 * Grouped by their target: objects, or the bucket itself.
 * docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
 */
const ACTIONS: Record<
  PolicyWant,
  { readonly onObjects: readonly string[]; readonly onBucket: readonly string[] }
> = {
  upload: { onObjects: ['s3:PutObject', ...PART_ACTIONS], onBucket: [] },
  share: { onObjects: ['s3:GetObject'], onBucket: [] },
  // Also an action on the bucket, but limited to the prefix by a condition: see `listing`.
  browse: { onObjects: [], onBucket: [] },
  delete: { onObjects: ['s3:DeleteObject', 's3:DeleteObjectVersion'], onBucket: [] },
  tidy: { onObjects: PART_ACTIONS, onBucket: ['s3:ListBucketMultipartUploads'] },
  'set-up': {
    onObjects: [],
    onBucket: [
      's3:GetBucketCORS',
      's3:PutBucketCORS',
      's3:GetLifecycleConfiguration',
      's3:PutLifecycleConfiguration',
      's3:GetBucketVersioning',
    ],
  },
}

/** For a user or role. Null if no use is chosen, since a policy needs statements. */
export function iamPolicy(scope: PolicyScope): string | null {
  return policyText([...bucketStatements(scope), ...keyStatements(scope)])
}

/** The same as a policy of the bucket. `principal` must pass `isPrincipal`. */
export function bucketPolicy(scope: PolicyScope, principal: string): string | null {
  // A bucket policy cannot allow the use of an encryption key.
  return policyText(
    bucketStatements(scope).map(({ Sid, Effect, ...rest }) => {
      return { Sid, Effect, Principal: { AWS: principal }, ...rest }
    }),
  )
}

/**
 * A user, role or account, never everybody. In Ceph's principals the account is a tenant or empty.
 */
export function isPrincipal(text: string): boolean {
  return /^arn:[a-z-]+:(iam|sts)::[\w-]*:(root|(user|role|assumed-role|federated-user)\/[\w+=,.@/-]+)$/.test(
    text,
  )
}

/** The placeholder until the user names a principal. */
export function examplePrincipal(region: string): string {
  return `arn:${partitionOf(region)}:iam::111122223333:user/NAME`
}

/** docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html */
function partitionOf(region: string): string {
  const [, odd] = /^(cn|us-gov|eusc)-/.exec(region) ?? []
  return odd === undefined ? 'aws' : `aws-${odd}`
}

function policyText(statements: readonly Statement[]): string | null {
  if (statements.length === 0) return null
  return JSON.stringify({ Version: '2012-10-17', Statement: statements }, null, 2)
}

function bucketStatements(scope: PolicyScope): readonly Statement[] {
  const bucket = `arn:${partitionOf(scope.region)}:s3:::${literal(scope.bucket)}`
  const wanted = scope.wants.map((want) => ACTIONS[want])
  const onObjects = [...wanted.flatMap((each) => each.onObjects), ...actionsOfRules(scope)]
  const onBucket = wanted.flatMap((each) => each.onBucket)
  return [
    ...allow('FerryFiles', onObjects, `${bucket}/${literal(scope.prefix)}*`),
    ...listing(scope, bucket),
    ...allow('FerryBucket', onBucket, bucket),
  ]
}

function actionsOfRules({ wants, rules }: PolicyScope): readonly string[] {
  if (!wants.includes('upload')) return []
  return [
    ...(rules.tags.length > 0 ? ['s3:PutObjectTagging'] : []),
    ...(rules.acl === null ? [] : ['s3:PutObjectAcl']),
  ]
}

function listing({ wants, prefix }: PolicyScope, bucket: string): readonly Statement[] {
  if (!wants.includes('browse')) return []
  const [statement] = allow('FerryList', ['s3:ListBucket'], bucket)
  if (statement === undefined || prefix === '') return statement === undefined ? [] : [statement]
  return [{ ...statement, Condition: { StringLike: { 's3:prefix': [`${literal(prefix)}*`] } } }]
}

function allow(Sid: string, actions: readonly string[], Resource: string): readonly Statement[] {
  const Action = [...new Set(actions)]
  return Action.length === 0 ? [] : [{ Sid, Effect: 'Allow', Action, Resource }]
}

/**
 * A customer's own key needs its own permission; the account's key for S3 needs none. Parts also need
 * `kms:Decrypt`.
 * docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html#mpuAndPermissions
 */
function keyStatements({ wants, rules, region }: PolicyScope): readonly Statement[] {
  const keyId = keyIdOf(rules.encryption)
  const actions = [
    ...(wants.includes('upload') ? ['kms:GenerateDataKey', 'kms:Decrypt'] : []),
    ...(wants.includes('share') ? ['kms:Decrypt'] : []),
  ]
  if (keyId === '') return []
  const alias = /(?:^|:)(alias\/.+)$/.exec(keyId)?.[1]
  const anyKey = `arn:${partitionOf(region)}:kms:${literal(region) || '*'}:*:key/`
  // An alias is not a valid resource of these actions, but a condition may name it:
  // docs.aws.amazon.com/kms/latest/developerguide/alias-authorization.html
  if (alias !== undefined) {
    return allow('FerryKey', actions, `${anyKey}*`).map((statement) => {
      const Condition = { 'ForAnyValue:StringEquals': { 'kms:ResourceAliases': [literal(alias)] } }
      return { ...statement, Condition }
    })
  }
  const isWhole = keyId.startsWith('arn:')
  return allow('FerryKey', actions, isWhole ? literal(keyId) : `${anyKey}${literal(keyId)}`)
}

function keyIdOf(encryption: Encryption): string {
  return encryption.kind === 'kms' ? encryption.keyId.trim() : ''
}

/**
 * `*`, `?` and `$` have a meaning in a policy; this form makes them literal.
 * docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
 */
function literal(text: string): string {
  return text.replaceAll(/[*?$]/g, (character) => `\${${character}}`)
}

/**
 * The one CORS rule that Ferry's window needs, complete, since a store stops at the first rule that
 * fits. S3 accepts no wildcard in `ExposeHeaders`. POST is for forms with which others upload
 * files.
 * @param allowedOrigin an origin, or a pattern of origins with one `*` in it.
 */
export function corsRuleFor(allowedOrigin: string): CorsRule {
  return {
    allowedOrigins: [allowedOrigin],
    allowedMethods: ['PUT', 'GET', 'HEAD', 'POST'],
    allowedHeaders: ['*'],
    exposeHeaders: [
      'ETag',
      'x-amz-checksum-crc64nvme',
      'x-amz-checksum-crc32c',
      'x-amz-checksum-sha256',
      'x-amz-checksum-type',
      'x-amz-version-id',
    ],
    maxAgeSeconds: 3600,
  }
}

export const UNFINISHED_RULE_ID = 'ferry-remove-unfinished-uploads'

/** The one lifecycle rule by which the bucket removes unfinished uploads by itself. */
export function unfinishedRuleFor(prefix: string, days: number) {
  return {
    ID: UNFINISHED_RULE_ID,
    Filter: { Prefix: prefix },
    Status: 'Enabled',
    AbortIncompleteMultipartUpload: { DaysAfterInitiation: days },
  } as const
}
