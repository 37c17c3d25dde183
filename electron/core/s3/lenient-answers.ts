import { gunzipSync } from 'node:zlib'
import type { S3Client } from '@aws-sdk/client-s3'
import { type AnswerHeaders, isStoreHeader } from '../../contract/failure/store-answer.ts'
import { readAnswer } from './answer-xml.ts'
import { AnswerTooLong, type BoundRequest, maxAnswerBytes } from './http/bounded-http.ts'

/** An answer that cannot be read, from the store or from a page in its place. */
export class UnreadableAnswer extends Error {
  override readonly name = 'UnreadableAnswer'
  readonly headers: Headers
  readonly status: number
  /** The answer came from a store, not from a web page. */
  readonly isStore: boolean

  constructor(response: Response, isStore: boolean) {
    super('The answer cannot be read')
    this.status = response.statusCode
    this.headers = response.headers
    this.isStore = isStore
  }
}

type Headers = Readonly<Record<string, string>>

/** The response as the handlers of the SDK and of the desktop create it. */
interface Response {
  readonly statusCode: number
  headers: Headers
  body?: AsyncIterable<Uint8Array> | Uint8Array
}

/** The commands whose answer document Ferry reads, and the element that it must contain. */
const DOCUMENTS: Readonly<Record<string, RegExp>> = {
  CreateMultipartUploadCommand: /<UploadId>[^<]/,
  ListPartsCommand: /./,
  ListMultipartUploadsCommand: /./,
  ListObjectsV2Command: /./,
  ListObjectVersionsCommand: /./,
  ListBucketsCommand: /./,
  // Without a document, HEAD decides; or nothing is set.
  CompleteMultipartUploadCommand: /^/,
  GetBucketVersioningCommand: /^/,
  GetBucketCorsCommand: /^/,
  GetBucketLifecycleConfigurationCommand: /^/,
  GetObjectTaggingCommand: /^/,
  GetObjectLockConfigurationCommand: /^/,
}

/**
 * S3's own headers that Ferry reads; in any other header, the SDK fails over a date in another
 * form.
 */
const READ_HEADERS =
  /^x-amz-(request-id|id-2|bucket-region|version-id|delete-marker|meta-.*|checksum-.*|server-side-encryption|error-(code|message))$/
const OF_OBJECTS: ReadonlySet<string> = new Set(['HeadObjectCommand', 'GetObjectCommand'])
const UNREAD_HEADERS: ReadonlySet<string> = new Set(['expires', 'last-modified'])

/**
 * Makes every answer readable for the SDK. Parts that Ferry does not read are removed before the
 * SDK sees them, so they cannot end an upload; the others are converted to S3's own form.
 */
export function readLeniently(client: S3Client): void {
  client.middlewareStack.add(
    (next, { commandName = '' }) =>
      async (args) => {
        const result = await next(args)
        const response = result.response as Response
        response.headers = readHeaders(response.headers, commandName)
        const isStream = commandName === 'GetObjectCommand' && isGood(response.statusCode)
        if (!isStream) {
          await normalizeBody(
            response,
            DOCUMENTS[commandName] ?? null,
            args.request as BoundRequest,
          )
        }
        return result
      },
    { step: 'deserialize', priority: 'low', name: 'ferryReadLeniently' },
  )
}

function readHeaders(headers: Headers, commandName: string): Headers {
  const entries = Object.entries(headers).map(
    ([name, value]) => [name.toLowerCase(), value] as const,
  )
  const kept = entries.filter(([name]) =>
    name.startsWith('x-amz-') ? READ_HEADERS.test(name) : !UNREAD_HEADERS.has(name),
  )
  const known = Object.fromEntries(kept)
  if (!OF_OBJECTS.has(commandName) || !isRecoded(known)) return known
  // It counts the bytes of an encoded form of the object, which Ferry did not send.
  const { 'content-length': _length, ...others } = known
  return others
}

/** Compressed in transit: Ferry's own objects have no encoding. */
function isRecoded({ 'content-encoding': encoding = '' }: Headers): boolean {
  return /gzip|br|deflate|zstd|compress/i.test(encoding)
}

/** @param needed null: nobody reads the body of a successful answer. */
async function normalizeBody(
  response: Response,
  needed: RegExp | null,
  request: BoundRequest,
): Promise<void> {
  const bytes = await collected(response.body, request)
  response.body = bytes
  const answer = readAnswer(bytes)
  const xml = answer.kind === 'document' ? answer.xml : ''
  if (answer.kind === 'document') response.body = Buffer.from(xml)
  // For a refusal, the SDK reads what it can, and the status says enough.
  if (!isGood(response.statusCode)) return
  if (answer.kind === 'document' && answer.root === 'Error') {
    // An error that came too late for another status code. The SDK does the same for some commands.
    Object.assign(response, { statusCode: 503 })
    return
  }
  const isStore = isStoreAnswer(response.headers, bytes)
  // A page that answers success to everything is not a store.
  const isPage = answer.kind === 'page' && (needed !== null || !isStore)
  const isMissing = answer.kind === 'unreadable' ? needed !== null : needed?.test(xml) === false
  if (isPage || isMissing) throw new UnreadableAnswer(response, isStore && !isPage)
  if (answer.kind !== 'document') response.body = new Uint8Array()
}

function isGood(status: number): boolean {
  return status >= 200 && status < 300
}

async function collected(body: Response['body'], request: BoundRequest): Promise<Uint8Array> {
  if (body === undefined || body instanceof Uint8Array) return body ?? new Uint8Array()
  const pieces: Uint8Array[] = []
  for await (const piece of body) pieces.push(piece)
  const bytes = Buffer.concat(pieces)
  return isGzip(bytes) ? unzipped(bytes, request) : bytes
}

/**
 * RFC 1952 section 2.3.1. Ferry does not ask for compression, but some proxies compress every
 * answer.
 */
function isGzip([first, second]: Uint8Array): boolean {
  return first === 0x1f && second === 0x8b
}

/** @throws AnswerTooLong for a few bytes that decompress to too many: CWE-409. */
function unzipped(bytes: Buffer, request: BoundRequest): Buffer {
  const limitBytes = maxAnswerBytes(request)
  try {
    return gunzipSync(bytes, { maxOutputLength: limitBytes })
  } catch (error) {
    if (!(error instanceof Error)) throw error
    if ('code' in error && error.code === 'ERR_BUFFER_TOO_LARGE') {
      throw new AnswerTooLong(request.hostname, limitBytes)
    }
    return bytes
  }
}

const STORE_SERVER =
  /amazons3|minio|ceph|radosgw|rgw|wasabi|aliyunoss|tencent-cos|^obs|uploadserver|storagegrid|seaweedfs|garage|rustfs|vipr|cleversafe|openstack|swift|scality|ozone|ferrylocalbucket/i
const STORE_DOCUMENT =
  /s3\.amazonaws\.com\/doc\/|<(\w+:)?(\w*(Upload|Bucket|Parts|Versions|Buckets)Result|Error)[\s>]/

/**
 * Whether an unreadable answer still comes from a store, judged by its headers or by what there is
 * of its document; otherwise a web page, a proxy or a router answers there.
 */
export function isStoreAnswer(
  headers: AnswerHeaders,
  body: Uint8Array = new Uint8Array(),
): boolean {
  if (Object.keys(headers).some(isStoreHeader)) return true
  if (STORE_SERVER.test(headers.server ?? '')) return true
  return STORE_DOCUMENT.test(Buffer.from(body.subarray(0, 4000)).toString('latin1'))
}
