import type { Failure } from './kinds.ts'

/** `throttled`: a quota of requests, which recovers after a while. */
export type KnownRefusal = Extract<
  Failure,
  {
    kind:
      | 'quota-exceeded'
      | 'store-full'
      | 'account-problem'
      | 'acl-refused'
      | 'encryption-key-denied'
      | 'explicitly-denied'
      | 'throttled'
  }
>

/**
 * Refusals that say what is wrong, under the names that stores have for them. Sources:
 * - AWS: docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html, for KMS
 *   docs.aws.amazon.com/kms/latest/APIReference/CommonErrors.html
 * - Ceph: github.com/ceph/ceph src/rgw/rgw_common.cc, `rgw_http_s3_errors`
 * - MinIO: github.com/minio/minio cmd/api-errors.go
 * - R2: developers.cloudflare.com/r2/api/error-codes
 * - B2: backblaze.com/docs/cloud-storage-native-api-error-handling-and-status-codes; its S3 interface
 *   says the same under AccessDenied
 * - Google: cloud.google.com/storage/docs/xml-api/reference-status
 * - Wasabi: docs.wasabi.com/docs/rest-api-introduction
 * - Huawei: support.huaweicloud.com/intl/en-us/api-obs/obs_04_0115.html
 * - FSx and Outposts (InsufficientCapacity): docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
 */
const BY_CODE: Readonly<Record<string, KnownRefusal>> = {
  QuotaExceeded: { kind: 'quota-exceeded', of: 'unknown' },
  XMinioAdminBucketQuotaExceeded: { kind: 'quota-exceeded', of: 'bucket' },
  BucketQuotaExceeded: { kind: 'quota-exceeded', of: 'bucket' },
  InsufficientStorageSpace: { kind: 'quota-exceeded', of: 'bucket' },
  storage_cap_exceeded: { kind: 'quota-exceeded', of: 'account' },
  transaction_cap_exceeded: { kind: 'quota-exceeded', of: 'account' },
  cap_exceeded: { kind: 'quota-exceeded', of: 'account' },
  StorageCapExceeded: { kind: 'quota-exceeded', of: 'account' },
  TransactionCapExceeded: { kind: 'quota-exceeded', of: 'account' },
  CapExceeded: { kind: 'quota-exceeded', of: 'account' },

  InsufficientStorage: { kind: 'store-full' },
  InsufficientCapacity: { kind: 'store-full' },
  XMinioStorageFull: { kind: 'store-full' },
  XMinioStorageBackendFull: { kind: 'store-full' },
  StorageFull: { kind: 'store-full' },

  AccountProblem: { kind: 'account-problem' },
  NotSignedUp: { kind: 'account-problem' },
  AllAccessDisabled: { kind: 'account-problem' },
  AccountSuspended: { kind: 'account-problem' },
  AccountDisabled: { kind: 'account-problem' },
  AccountNotActivated: { kind: 'account-problem' },
  InvalidPayer: { kind: 'account-problem' },
  UserSuspended: { kind: 'account-problem' },
  UserDisable: { kind: 'account-problem' },
  NotEntitled: { kind: 'account-problem' },
  UserProjectAccountProblem: { kind: 'account-problem' },
  PaymentRequired: { kind: 'account-problem' },
  InArrearOrInsufficientBalance: { kind: 'account-problem' },

  AccessControlListNotSupported: { kind: 'acl-refused' },
}

/**
 * The message decides only under these codes, because they stand for many reasons. Empty: the
 * answer has no code, only words.
 */
const VAGUE_CODES: ReadonlySet<string> = new Set([
  'AccessDenied',
  'AccessDeniedException',
  'AccessForbidden',
  'Forbidden',
  'InvalidRequest',
  'InvalidArgument',
  'BadRequest',
  'NotImplemented',
  'InternalError',
  '',
])

/** Null: the code and message say nothing more than the status. */
export function knownRefusal(code: string, message: string): KnownRefusal | null {
  const byCode = BY_CODE[code] ?? byCodeFamily(code, message)
  if (byCode?.kind === 'quota-exceeded') return quotaIn(message, byCode.of)
  if (byCode !== null) return byCode
  return VAGUE_CODES.has(code) ? byMessage(message) : null
}

/** Codes with a common stem: KMS has a dozen, and stores invent new ones for quotas. */
function byCodeFamily(code: string, message: string): KnownRefusal | null {
  if (/^(KMS\.|Kms|KMS|kms[.:])/.test(code) && !/Thrott/i.test(code)) {
    return { kind: 'encryption-key-denied', action: kmsActionIn(message) }
  }
  if (/quota_?exceeded|exceeded_?quota|storage_?(quota|limit)_?exceeded/i.test(code)) {
    return { kind: 'quota-exceeded', of: /bucket/i.test(code) ? 'bucket' : 'unknown' }
  }
  return null
}

/**
 * The order matters: a message can contain the words of several reasons, and the narrower one comes
 * first.
 */
function byMessage(message: string): KnownRefusal | null {
  if (message === '') return null
  if (isAboutKms(message)) return { kind: 'encryption-key-denied', action: kmsActionIn(message) }
  if (isAboutAcl(message)) return { kind: 'acl-refused' }
  if (/with an explicit deny|explicitly denied by/i.test(message)) return explicitDeny(message)
  if (QUOTA_USED_UP.test(message)) return quotaIn(message, 'unknown')
  if (NO_SPACE.test(message)) return { kind: 'store-full' }
  return ACCOUNT_SUSPENDED.test(message) ? { kind: 'account-problem' } : null
}

/**
 * AWS: `User: … is not authorized to perform: s3:PutObject on resource: … because …`.
 * docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
 */
export function actionIn(message: string): string | null {
  return /not authorized to perform:? ([a-z0-9-]{2,20}:[A-Za-z]{3,60})/.exec(message)?.[1] ?? null
}

function kmsActionIn(message: string): string | null {
  const action = actionIn(message)
  return action?.startsWith('kms:') === true ? action : null
}

/** AWS answers with the second pattern for a key of another account or region. */
function isAboutKms(message: string): boolean {
  const action = actionIn(message)
  if (action !== null) return action.startsWith('kms:')
  return /\bkms\b|customer master key/i.test(message)
}

/**
 * AWS: AccessDenied with Block Public Access. R2: NotImplemented. B2: InvalidArgument. Google:
 * buckets with uniform access.
 */
function isAboutAcl(message: string): boolean {
  return /x-amz-acl|x-goog-acl|canned acl|legacy acl|blockpublicacls|access control lists? .*(are|is) (blocked|not|disabled)|does not (allow|support) acls?/i.test(
    message,
  )
}

/** Garage: `Bucket size quota is reached`; B2: `Cannot upload files, storage cap exceeded`. */
const QUOTA_USED_UP =
  /quota\b[^.]*\b(reached|exceed|used up|exhaust|full)|(reached|exceed)\w*\b[^.]*\bquota|\bcap exceeded|storage limit\b[^.]*\b(reached|exceed)|(reached|exceed)\w*\b[^.]*\bstorage limit/i

const NO_SPACE =
  /no space left|disk (is )?full|not enough (disk |free )?space|insufficient storage/i

const ACCOUNT_SUSPENDED =
  /account\b[^.]*\b(suspended|disabled|closed|past due|in arrears|not active|not activated|good standing|not signed up)|(trial|subscription|free tier)\b[^.]*\b(expired|ended|over)\b|payment (is )?required|\bnot subscribed\b/i

function quotaIn(
  message: string,
  of: Extract<Failure, { kind: 'quota-exceeded' }>['of'],
): KnownRefusal | null {
  if (/\brate\b|per (second|minute|hour)|requests|operations/i.test(message)) {
    return { kind: 'throttled', retryAfterMs: null }
  }
  if (of !== 'unknown') return { kind: 'quota-exceeded', of }
  if (/bucket/i.test(message)) return { kind: 'quota-exceeded', of: 'bucket' }
  const isAccount = /account|user|project|tenant|\bcap exceeded/i.test(message)
  return { kind: 'quota-exceeded', of: isAccount ? 'account' : 'unknown' }
}

type Denier = NonNullable<Extract<Failure, { kind: 'explicitly-denied' }>['by']>

const DENIERS: readonly (readonly [RegExp, Denier])[] = [
  [/resource-based policy|bucket policy/i, 'bucket'],
  [/identity-based policy/i, 'identity'],
  [/(service|resource) control policy/i, 'organization'],
  [/session policy/i, 'session'],
  [/permissions boundary/i, 'boundary'],
  [/endpoint policy/i, 'endpoint'],
]

function explicitDeny(message: string): KnownRefusal {
  const by = DENIERS.find(([pattern]) => pattern.test(message))?.[1]
  const action = actionIn(message)
  return {
    kind: 'explicitly-denied',
    ...(by === undefined ? {} : { by }),
    ...(action === null ? {} : { action }),
  }
}
