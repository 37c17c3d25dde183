import { S3_LIMITS } from '../../contract/limits.ts'
import { checkScope } from '../auth/authenticate.ts'
import { checkFormLength, checkPolicy, type PostPolicy, postPolicyOf } from '../auth/post-policy.ts'
import { ALGORITHM, isSameSignature, signatureOf, signingKey } from '../auth/signature-v4.ts'
import { checkChecksum, checkMd5, checksumClaim, DEFAULT_ALGORITHM } from '../auth/signed-body.ts'
import type { Bucket, Call } from '../bucket/context.ts'
import { type BodyChecksums, startChecksums } from '../http/checksums.ts'
import { S3Error } from '../http/errors.ts'
import { readForm } from '../http/form-body.ts'
import { emptyReply, quoted, type Reply, xmlReply } from '../http/reply.ts'
import { headerText } from '../http/s3-request.ts'
import type { StoredObject } from '../index/stored-object.ts'
import { keptHeaders } from './object-headers.ts'
import { checkKey, storeObject, writtenHeaders } from './write-object.ts'

/** Placeholder in the key for the file's own name. */
const FILE_NAME = `$${'{filename}'}`

/**
 * A browser's form upload, authorized by a signed policy instead of a signed request.
 * Source: docs.aws.amazon.com/AmazonS3/latest/API/sigv4-post-example.html
 */
export async function postForm(call: Omit<Call, 'authorization'>): Promise<Reply> {
  const { bucket, request, body } = call
  if (request.bucket !== bucket.name) throw new S3Error('NoSuchBucket')
  const form = await readForm(request.headers.get('content-type') ?? '', body)
  const fields = new Map(form.fields)
  // A policy is signed for one bucket, so a form for another bucket is refused.
  if ((fields.get('bucket') ?? bucket.name) !== bucket.name) {
    throw new S3Error('AccessDenied', 'The form names another bucket than its address.')
  }
  const key = (fields.get('key') ?? '').replaceAll(FILE_NAME, () => form.fileName)
  if (key === '') {
    throw new S3Error(
      'InvalidArgument',
      "Bucket POST must contain a field named 'key'. If it is specified, please check the order " +
        'of the fields.',
    )
  }
  checkKey(key)
  fields.set('key', key).set('bucket', bucket.name)
  const policy = checkedPolicy(bucket, fields)
  const headers = headersOf(fields)
  const stored = await storeObject(bucket, {
    key,
    conditions: headers,
    headers: keptHeaders(headers),
    fill: (take) => receiveFormFile(form.file, headers, policy, take),
  })
  return answerOf(bucket, fields, stored)
}

function checkedPolicy(bucket: Bucket, fields: ReadonlyMap<string, string>): PostPolicy {
  const field = (name: string) => fields.get(name) ?? ''
  const policy = field('policy')
  if (policy === '') throw new S3Error('AccessDenied')
  if (field('x-amz-algorithm') !== ALGORITHM) {
    throw new S3Error('InvalidArgument', `X-Amz-Algorithm only supports "${ALGORITHM}"`)
  }
  if (fields.has('x-amz-security-token')) throw new S3Error('InvalidToken')
  const amzDate = field('x-amz-date')
  const credential = field('x-amz-credential')
  const scope = checkScope({ carrier: 'query', credential, amzDate }, bucket)
  const expected = signatureOf(signingKey(bucket.secretAccessKey, scope), policy)
  if (!isSameSignature(expected, field('x-amz-signature'))) {
    throw new S3Error('SignatureDoesNotMatch')
  }
  const proven = postPolicyOf(policy, S3_LIMITS.maxSinglePutBytes)
  checkPolicy(proven, fields, bucket.now())
  return proven
}

/** The fields replace the headers of a PUT, which hold one byte per character. */
function headersOf(fields: ReadonlyMap<string, string>): Map<string, string> {
  return new Map([...fields].map(([name, value]) => [name, headerText(value)]))
}

async function receiveFormFile(
  file: AsyncIterable<Buffer>,
  headers: ReadonlyMap<string, string>,
  policy: PostPolicy,
  take: (piece: Buffer) => Promise<void>,
): Promise<BodyChecksums> {
  const claim = checksumClaim(headers)
  const digests = await startChecksums(claim?.algorithm ?? DEFAULT_ALGORITHM)
  let byteLength = 0
  for await (const piece of file) {
    byteLength += piece.length
    if (byteLength > policy.maxBytes) break
    const taking = take(piece)
    digests.update(piece)
    await taking
  }
  checkFormLength(policy, byteLength)
  const filled = digests.finish()
  checkMd5(headers.get('content-md5'), filled.md5)
  if (claim !== null) checkChecksum(claim, filled.checksum.value, new Map())
  return filled
}

function answerOf(
  bucket: Bucket,
  fields: ReadonlyMap<string, string>,
  stored: StoredObject,
): Reply {
  const location = `${bucket.endpoint()}/${bucket.name}/${encodeURIComponent(stored.key)}`
  const headers = { ...writtenHeaders(stored), Location: location }
  const redirect = fields.get('success_action_redirect') ?? fields.get('redirect') ?? ''
  if (URL.canParse(redirect) && /^https?:$/.test(new URL(redirect).protocol)) {
    const url = new URL(redirect)
    url.searchParams.set('bucket', bucket.name)
    url.searchParams.set('key', stored.key)
    url.searchParams.set('etag', quoted(stored.etag))
    return emptyReply(303, { ...headers, Location: url.href })
  }
  const status = fields.get('success_action_status')
  if (status === '200') return emptyReply(200, headers)
  if (status !== '201') return emptyReply(204, headers)
  const reply = xmlReply('PostResponse', [
    ['Location', location],
    ['Bucket', bucket.name],
    ['Key', stored.key],
    ['ETag', quoted(stored.etag)],
  ])
  return { ...reply, status: 201, headers: { ...reply.headers, ...headers } }
}
