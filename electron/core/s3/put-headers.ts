import type { PutObjectCommandInput } from '@aws-sdk/client-s3'
import type { Destination } from '../../contract/commands/destinations.ts'
import { hasCharset, isTextType, type TextEncoding } from '../../contract/content-type.ts'
import type { PartPlan } from '../../contract/part-plan.ts'
import { type Encryption, RuleField, type UploadRules } from '../../contract/rules/upload-rules.ts'
import { TOKEN_METADATA } from './head-object.ts'

/**
 * The fields of an object besides its bytes; the same for one PUT and for the Create of a multipart
 * upload.
 */
export type ObjectFields = Pick<
  PutObjectCommandInput,
  | 'ContentType'
  | 'CacheControl'
  | 'ContentDisposition'
  | 'Metadata'
  | 'Tagging'
  | 'StorageClass'
  | 'ServerSideEncryption'
  | 'SSEKMSKeyId'
  | 'ACL'
>

interface PutFile {
  /** The file's own name. */
  readonly name: string
  readonly contentType: string
  readonly token: string
}

export function objectFields(rules: UploadRules, file: PutFile): ObjectFields {
  const fields = RuleField.options.map((field) => fieldsOfRule(field, rules[field], file))
  const { Metadata, ...others }: ObjectFields = Object.assign({}, ...fields)
  return {
    ContentType: file.contentType,
    Metadata: { ...Metadata, [TOKEN_METADATA]: file.token },
    ...others,
  }
}

function fieldsOfRule<F extends RuleField>(field: F, value: UploadRules[F], file: PutFile) {
  const fields: RuleFields<UploadRules[F]> | null = RULE_FIELDS[field]
  return fields?.(value, file) ?? {}
}

type RuleFields<V> = (value: V, file: PutFile) => ObjectFields

/**
 * The object fields that each rule sets; null: it sets none. Leaving a rule out does not compile.
 */
const RULE_FIELDS: { readonly [F in RuleField]: RuleFields<UploadRules[F]> | null } = {
  keyTemplate: null,
  onConflict: null,
  allowedTypes: null,
  maxFileBytes: null,
  systemFiles: null,
  // This rule decides the file's type, which is passed in with the file.
  contentTypes: null,
  cacheControl: (value) => (value === '' ? {} : { CacheControl: value }),
  disposition: (value, { name }) =>
    value === 'none' ? {} : { ContentDisposition: dispositionOf(value, name) },
  metadata: (pairs) => ({
    Metadata: Object.fromEntries(pairs.map(({ name, value }) => [name.toLowerCase(), value])),
  }),
  tags: (tags) => (tags.length === 0 ? {} : { Tagging: taggingOf(tags) }),
  // S3's own names; stores also have others.
  storageClass: (value) =>
    value === '' ? {} : { StorageClass: value as NonNullable<ObjectFields['StorageClass']> },
  encryption: encryptionFields,
  acl: (value) => (value === null ? {} : { ACL: value }),
  partBytes: null,
  parallel: null,
  bytesPerSecond: null,
}

/** The same fields as headers of a PUT, as the SDK writes them; each is signed. */
export function headersOfFields(fields: ObjectFields): Record<string, string> {
  const metadata = Object.entries(fields.Metadata ?? {})
  const headers = {
    'content-type': fields.ContentType,
    'cache-control': fields.CacheControl,
    'content-disposition': fields.ContentDisposition,
    'x-amz-tagging': fields.Tagging,
    'x-amz-storage-class': fields.StorageClass,
    'x-amz-server-side-encryption': fields.ServerSideEncryption,
    'x-amz-server-side-encryption-aws-kms-key-id': fields.SSEKMSKeyId,
    'x-amz-acl': fields.ACL,
    ...Object.fromEntries(metadata.map(([name, value]) => [`x-amz-meta-${name}`, value])),
  }
  const given = Object.entries(headers).filter((each): each is [string, string] => {
    return each[1] !== undefined
  })
  return Object.fromEntries(given)
}

/**
 * The names of all headers that the page sends with the PUT of a whole file, besides its checksum:
 * a bucket's CORS rule has to allow them.
 */
export function putHeaderNames(
  destination: Pick<Destination, 'kind' | 'rules' | 'findings'>,
): string[] {
  const { rules } = destination
  const isGuarded = honorsConditions(destination, 'single') && rules.onConflict !== 'replace'
  const file = { name: 'name', contentType: 'application/octet-stream', token: 'token' }
  return [
    ...Object.keys(headersOfFields(objectFields(rules, file))),
    ...(isGuarded ? [CONDITION_HEADER] : []),
  ]
}

/**
 * The header holds the tags as a query string:
 * docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html
 */
function taggingOf(tags: UploadRules['tags']): string {
  return tags
    .map(({ name, value }) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .join('&')
}

function encryptionFields(encryption: Encryption): ObjectFields {
  switch (encryption.kind) {
    case 'bucket':
      return {}
    case 's3':
      return { ServerSideEncryption: 'AES256' } as const
    case 'kms': {
      const { keyId } = encryption
      const key = keyId === '' ? {} : { SSEKMSKeyId: keyId }
      return { ServerSideEncryption: 'aws:kms', ...key } as const
    }
  }
}

/** With keys from a key service, an ETag looks like an MD5 but is none. */
export function hasMd5Etags(encryption: string | null): boolean {
  return encryption === null || encryption === 'AES256'
}

/** Types that a browser shows without running code from the file. */
const SHOWN = /^(image\/(?!svg)|video\/|audio\/|text\/plain\b|application\/pdf\b)/i

/**
 * The Content-Disposition of a file: its own name in both forms of RFC 6266, the second (RFC 8187)
 * for every character that the first cannot hold. Pictures, films and texts open in the browser,
 * everything else is saved; so is a text in an unknown encoding, since the browser would decode it
 * wrongly.
 * @param encoding null: nobody has looked, so the type is used as it is.
 */
export function contentDisposition(
  name: string,
  contentType: string,
  encoding: TextEncoding | null,
): string {
  const isGarbled = encoding === 'unknown' && isTextType(contentType) && !hasCharset(contentType)
  return dispositionOf(SHOWN.test(contentType) && !isGarbled ? 'inline' : 'attachment', name)
}

function dispositionOf(kind: 'inline' | 'attachment', name: string): string {
  return `${kind}; filename="${asciiName(name)}"; filename*=UTF-8''${extendedName(name)}`
}

function asciiName(name: string): string {
  return name.replaceAll(/[^\x20-\x7e]/gu, '_').replaceAll(/["\\%]/g, '_')
}

/** RFC 8187 section 3.2.1: `attr-char` stays, the rest is percent-encoded UTF-8. */
function extendedName(name: string): string {
  return encodeURIComponent(name).replaceAll(
    /['()*]/g,
    (each) => `%${each.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

/** Tells a store to write only if no object has the key. */
export const CONDITION_HEADER = 'if-none-match'

/** Ferry's own bucket honours conditions; for other stores the connection check has tested it. */
export function honorsConditions(
  { kind, findings }: Pick<Destination, 'kind' | 'findings'>,
  mode: PartPlan['mode'],
): boolean {
  if (kind === 'local') return true
  const honour = mode === 'single' ? findings?.conditionalPut : findings?.conditionalComplete
  return honour === 'honoured'
}

/**
 * How a write avoids replacing an object that is not ours: the store refuses it (`condition`), we
 * check just before it (`look`), or there is nothing to protect (`none`).
 */
export type Guard = 'condition' | 'look' | 'none'

interface Guarded {
  readonly guard: Guard
}

export function conditionHeader({ guard }: Guarded): Record<string, string> {
  return guard === 'condition' ? { [CONDITION_HEADER]: '*' } : {}
}

/** The same condition as a field of a request. */
export function conditionField({ guard }: Guarded): { readonly IfNoneMatch?: '*' } {
  return guard === 'condition' ? { IfNoneMatch: '*' } : {}
}
