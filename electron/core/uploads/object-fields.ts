import type { PutObjectCommandInput } from '@aws-sdk/client-s3'
import type { Destination } from '../../contract/commands/destinations.ts'
import type { UploadRules } from '../../contract/rules/upload-rules.ts'
import { dispositionOf } from './content-disposition.ts'
import { TOKEN_METADATA } from './head-object.ts'
import { CONDITION_HEADER, honorsConditions } from './write-conditions.ts'

/** What an object is put with besides its bytes; alike for one PUT and for the Create of parts. */
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
  const { cacheControl, disposition, metadata, tags, storageClass, acl } = rules
  const named = metadata.map(({ name, value }) => [name.toLowerCase(), value])
  return {
    ContentType: file.contentType,
    Metadata: { ...Object.fromEntries(named), [TOKEN_METADATA]: file.token },
    ...(cacheControl === '' ? {} : { CacheControl: cacheControl }),
    ...(disposition === 'none'
      ? {}
      : { ContentDisposition: dispositionOf(disposition, file.name) }),
    ...(tags.length === 0 ? {} : { Tagging: taggingOf(tags) }),
    // S3's own names; stores have others besides.
    ...(storageClass === ''
      ? {}
      : { StorageClass: storageClass as NonNullable<ObjectFields['StorageClass']> }),
    ...encryptionFields(rules),
    ...(acl === null ? {} : { ACL: acl }),
  }
}

/** The same as the headers of a PUT, as the SDK writes them; each is signed. */
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
 * what a bucket's CORS rule has to let in.
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

/** As a query string, in the header: docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html */
function taggingOf(tags: UploadRules['tags']): string {
  return tags
    .map(({ name, value }) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .join('&')
}

function encryptionFields({ encryption }: UploadRules) {
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

/** Under keys of a key service an ETag has the form of an MD5 and is none. */
export function hasMd5Etags(encryption: string | null): boolean {
  return encryption === null || encryption === 'AES256'
}
