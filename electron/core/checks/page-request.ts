import type { Readable } from 'node:stream'
import type {
  GetBucketCorsCommand,
  GetBucketLifecycleConfigurationCommand,
  GetObjectCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import type { Failure } from '../../contract/failure/kinds.ts'
import { failureFromHttp } from '../../contract/failure/s3-failure.ts'
import { failed, type Outcome, succeeded } from '../../contract/outcome.ts'
import type { Store } from '../destinations/open-store.ts'
import { failureFromError } from '../s3/request-failure.ts'

export interface PageRequest {
  readonly method: 'GET' | 'PUT' | 'POST' | 'OPTIONS'
  readonly url: URL
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Buffer | StreamedBody
  readonly signal: AbortSignal
}

/** A body that is generated while it is sent. */
interface StreamedBody {
  readonly byteLength: number
  readonly stream: Readable
}

export interface PageAnswer {
  readonly status: number
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly text: string
}

const URL_SECONDS = 300

type Handler = S3Client['config']['requestHandler']
type SentRequest = Parameters<Handler['handle']>[0]

/**
 * Sends the request that a page's browser or a link's reader would send: only the headers given
 * here, and signed only by the URL. It uses the store's own HTTP client, and so the system's proxy
 * on the desktop. Every HTTP answer is a success; fails with `aborted` when `signal` is aborted.
 */
export async function sendAsPage(store: Store, request: PageRequest): Promise<Outcome<PageAnswer>> {
  try {
    const { response } = await store.client.config.requestHandler.handle(sdkRequest(request), {
      abortSignal: request.signal,
    })
    const headers = response.headers as PageAnswer['headers']
    store.clock.learn(headers.date ?? null)
    return succeeded({ status: response.statusCode, headers, text: await textOf(response.body) })
  } catch (error) {
    if (request.signal.aborted) return failed({ kind: 'aborted' })
    return failed(failureFromError(error, store.destination, store.clock.nowMs()))
  }
}

/** The SDK's request handlers, and the desktop's, take the URL in pieces. */
function sdkRequest({ method, url, headers = {}, body }: PageRequest): SentRequest {
  const length = body === undefined ? {} : { 'content-length': String(body.byteLength) }
  const sent = body !== undefined && 'stream' in body ? body.stream : body
  const query = Object.fromEntries(url.searchParams)
  const port = url.port === '' ? {} : { port: Number(url.port) }
  return {
    ...{ method, protocol: url.protocol, hostname: url.hostname, ...port },
    ...{
      path: url.pathname,
      query,
      headers: { host: url.host, ...length, ...headers },
      body: sent,
    },
  } as unknown as SentRequest
}

/** The store's HTTP client limits its length. */
async function textOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  const pieces: Uint8Array[] = []
  for await (const piece of body) pieces.push(piece)
  return Buffer.concat(pieces).toString('utf8')
}

export function isSuccess({ status }: PageAnswer): boolean {
  return status >= 200 && status < 300
}

/**
 * The failure that an unsuccessful answer means.
 * @param action the permission that the request needed; null: it needs none.
 */
export function failureOfAnswer(
  { destination, clock }: Store,
  { status, headers, text }: PageAnswer,
  action: string | null = null,
): Failure {
  const { endpoint, bucket, kind } = destination
  const { host } = new URL(endpoint)
  const request = { host, path: null, bucket, isLocal: kind === 'local', action }
  return failureFromHttp({ status, headers, text }, request, clock.nowMs())
}

type Command =
  | GetBucketCorsCommand
  | GetBucketLifecycleConfigurationCommand
  | GetObjectCommand
  | PutObjectCommand
  | UploadPartCommand

/** @param headers are sent with the request and signed; none of them moves into the query. */
export async function presigned(
  store: Store,
  command: Command,
  headers: readonly string[] = [],
): Promise<Outcome<URL>> {
  // Credentials are resolved here, because the SDK could only throw their failure.
  const keys = await store.keys.current()
  if (!keys.ok) return keys
  // The presigner's types take one command at a time; it reads only what all have in common.
  const url = await getSignedUrl(store.client, command as GetObjectCommand, {
    expiresIn: URL_SECONDS,
    signingDate: new Date(store.clock.nowMs()),
    signableHeaders: new Set(['host', ...headers]),
    unhoistableHeaders: new Set(headers),
  })
  return succeeded(new URL(url))
}
