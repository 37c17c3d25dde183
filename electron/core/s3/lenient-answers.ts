import { gunzipSync } from 'node:zlib'
import type { S3Client } from '@aws-sdk/client-s3'
import { type AnswerHeaders, isStoreHeader } from '../../contract/failure/store-answer.ts'
import { readAnswer } from './answer-xml.ts'
import { AnswerTooLong, type BoundRequest, maxAnswerBytes } from './http/bounded-http.ts'

/** The store's answer, or a page's in its place, that nothing can be made of. */
export class UnreadableAnswer extends Error {
  override readonly name = 'UnreadableAnswer'
  readonly headers: Headers
  readonly status: number
  /** A store has answered, and not a web page. */
  readonly isStore: boolean

  constructor(response: Response, isStore: boolean) {
    super('The answer cannot be read')
    this.status = response.statusCode
    this.headers = response.headers
    this.isStore = isStore
  }
}

type Headers = Readonly<Record<string, string>>

/** As the SDK's handlers and the desktop's make it. */
interface Response {
  readonly statusCode: number
  headers: Headers
  body?: AsyncIterable<Uint8Array> | Uint8Array
}

/** The commands whose answer's document Ferry reads, and what must stand in it. */
const DOCUMENTS: Readonly<Record<string, RegExp>> = {
  CreateMultipartUploadCommand: /<UploadId>[^<]/,
  ListPartsCommand: /./,
  ListMultipartUploadsCommand: /./,
  ListObjectsV2Command: /./,
  ListObjectVersionsCommand: /./,
  ListBucketsCommand: /./,
  // Without one, HEAD tells; or nothing is set.
  CompleteMultipartUploadCommand: /^/,
  GetBucketVersioningCommand: /^/,
  GetBucketCorsCommand: /^/,
  GetBucketLifecycleConfigurationCommand: /^/,
  GetObjectTaggingCommand: /^/,
  GetObjectLockConfigurationCommand: /^/,
}

/** S3's own headers that are read; the SDK fails over a date in another form in any of the others. */
const READ_HEADERS =
  /^x-amz-(request-id|id-2|bucket-region|version-id|delete-marker|meta-.*|checksum-.*|server-side-encryption|error-(code|message))$/
const OF_OBJECTS: ReadonlySet<string> = new Set(['HeadObjectCommand', 'GetObjectCommand'])
const UNREAD_HEADERS: ReadonlySet<string> = new Set(['expires', 'last-modified'])

/**
 * Makes every answer one that the SDK can read. What Ferry does not read is taken away before the
 * SDK sees it, and so cannot be the end of an upload; what it reads is brought into S3's own form.
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
  // It counts the bytes of another form of the object, which Ferry did not send.
  const { 'content-length': _length, ...others } = known
  return others
}

/** Compressed on the way: objects of Ferry's own have no encoding. */
function isRecoded({ 'content-encoding': encoding = '' }: Headers): boolean {
  return /gzip|br|deflate|zstd|compress/i.test(encoding)
}

/** @param needed null: nobody reads the body of a success. */
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
  // Of a refusal the SDK makes what it can, and the status says enough.
  if (!isGood(response.statusCode)) return
  if (answer.kind === 'document' && answer.root === 'Error') {
    // An error that came too late for another status. The SDK does the same with some.
    Object.assign(response, { statusCode: 503 })
    return
  }
  const isStore = isStoreAnswer(response.headers, bytes)
  // A page that says yes to everything is no store.
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

/** RFC 1952 section 2.3.1. Nobody asked for it, but some proxies compress whatever passes. */
function isGzip([first, second]: Uint8Array): boolean {
  return first === 0x1f && second === 0x8b
}

/** @throws AnswerTooLong for a few bytes that are many once more: CWE-409. */
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
 * Whether an answer that cannot be read is a store's all the same, by its headers or by what there
 * is of its document; else a web page, a proxy or a router answers there.
 */
export function isStoreAnswer(
  headers: AnswerHeaders,
  body: Uint8Array = new Uint8Array(),
): boolean {
  if (Object.keys(headers).some(isStoreHeader)) return true
  if (STORE_SERVER.test(headers.server ?? '')) return true
  return STORE_DOCUMENT.test(Buffer.from(body.subarray(0, 4000)).toString('latin1'))
}
