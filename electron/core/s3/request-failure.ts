import type { S3Client } from '@aws-sdk/client-s3'
import type { Failure } from '../../contract/failure/kinds.ts'
import { failureFromS3, s3AnswerOf } from '../../contract/failure/s3-failure.ts'
import { type AnswerHeaders, errorDocumentOf } from '../../contract/failure/store-answer.ts'
import { NoKeys } from './access-keys.ts'
import { boundsFailure } from './http/bounded-http.ts'
import { networkFailure } from './http/network-failure.ts'
import { isStoreAnswer, UnreadableAnswer } from './lenient-answers.ts'

/** The fields that the SDK and Node put into the errors they throw. */
interface ThrownByStore {
  readonly name: string
  readonly message: string
  readonly code?: unknown
  /** S3's `<Code>`; absent for a body that was not S3's XML, and for every HEAD. */
  readonly Code?: unknown
  readonly $fault?: unknown
  readonly $metadata?: { readonly httpStatusCode?: number }
  readonly $response?: { readonly headers?: AnswerHeaders }
}

/** The store that the request was for. */
interface AskedStore {
  readonly endpoint: string
  readonly bucket: string
  readonly kind?: 'local' | 's3'
  /**
   * It has answered as an S3 store before, so a web page now comes from something in front of it.
   */
  readonly isProven?: boolean
}

/**
 * Turns an error that a request threw into a `Failure`.
 * @throws the error itself when it is a bug of ours rather than an answer or a network failure.
 */
export function failureFromError(error: unknown, asked: AskedStore, nowMs: number): Failure {
  if (!(error instanceof Error)) throw error
  if (error instanceof NoKeys) return error.failure
  const ours = boundsFailure(error)
  if (ours !== null) return ours
  const thrown: ThrownByStore = error
  const unreadable = error instanceof UnreadableAnswer ? error : null
  const status = unreadable?.status ?? thrown.$metadata?.httpStatusCode ?? 0
  const { host, protocol } = new URL(asked.endpoint)
  if (status === 0) {
    const scheme = protocol === 'http:' ? 'http' : 'https'
    const failure = networkFailure(error, { host, scheme })
    if (failure === null) throw error
    return failure
  }
  const headers: AnswerHeaders = unreadable?.headers ?? thrown.$response?.headers ?? {}
  const { bucket, kind, isProven = false } = asked
  const isLocal = kind === 'local'
  const request = { host, path: null, bucket, isLocal, action: actionOf(error) }
  const document = errorDocumentOf((name) => textIn(thrown, name))
  const answer = s3AnswerOf({ status, headers, text: '' }, document, request, nowMs)
  const isForeign = unreadable !== null || isUnlikeStore(thrown, headers)
  const failure = failureFromS3({ ...answer, isForeign })
  const words = 'answer' in failure ? { answer: failure.answer } : {}
  if (unreadable?.isStore === true) return { kind: 'answer-unreadable', host, ...words }
  // A server that answered as a store before is one; a refusal now comes from something in front of
  // it.
  const isDoubtful = isForeign && !(isProven && status >= 400)
  return isDoubtful && MAY_BE_NO_STORE.has(failure.kind)
    ? { kind: 'not-s3', host, ...words }
    : failure
}

/**
 * The SDK copies the elements of S3's document onto the error, and the message under its own name.
 */
function textIn(thrown: ThrownByStore, name: string): string {
  if (name === 'Message') return messageIn(thrown)
  const value: unknown = Reflect.get(thrown, name)
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}

/**
 * Leaves out the SDK's own messages, about a document that it cannot read or one without a message.
 */
function messageIn({ $fault, message }: ThrownByStore): string {
  return $fault === undefined || message === 'UnknownError' ? '' : message
}

/** Failures for which a web server's refusal can be mistaken. */
const MAY_BE_NO_STORE: ReadonlySet<Failure['kind']> = new Set(['proxy-refused', 'store-refused'])

/** Something answers there, but not as S3 does: a web site, a proxy's page, a router. */
function isUnlikeStore(thrown: ThrownByStore, headers: AnswerHeaders): boolean {
  if (isStoreAnswer(headers)) return false
  const isUnparsed = thrown.$fault === undefined
  const isPage = /html|json|text\/plain/i.test(headers['content-type'] ?? '')
  return isUnparsed || (isPage && typeof thrown.Code !== 'string')
}

/**
 * The permission that each request needs, as policies name it:
 * docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
 */
const ACTIONS: Readonly<Record<string, string>> = {
  AbortMultipartUploadCommand: 's3:AbortMultipartUpload',
  CompleteMultipartUploadCommand: 's3:PutObject',
  CreateMultipartUploadCommand: 's3:PutObject',
  DeleteObjectCommand: 's3:DeleteObject',
  GetBucketCorsCommand: 's3:GetBucketCORS',
  GetBucketLifecycleConfigurationCommand: 's3:GetLifecycleConfiguration',
  GetBucketVersioningCommand: 's3:GetBucketVersioning',
  GetObjectCommand: 's3:GetObject',
  GetObjectTaggingCommand: 's3:GetObjectTagging',
  HeadBucketCommand: 's3:ListBucket',
  HeadObjectCommand: 's3:GetObject',
  ListBucketsCommand: 's3:ListAllMyBuckets',
  ListMultipartUploadsCommand: 's3:ListBucketMultipartUploads',
  ListObjectVersionsCommand: 's3:ListBucketVersions',
  ListObjectsV2Command: 's3:ListBucket',
  ListPartsCommand: 's3:ListMultipartUploadParts',
  PutBucketCorsCommand: 's3:PutBucketCORS',
  PutBucketLifecycleConfigurationCommand: 's3:PutLifecycleConfiguration',
  PutObjectCommand: 's3:PutObject',
  PutObjectTaggingCommand: 's3:PutObjectTagging',
  UploadPartCommand: 's3:PutObject',
}

const commandsOfErrors = new WeakMap<Error, string>()

/** An error does not say which request it belongs to; the middleware's context does. */
export function noteCommands(client: S3Client): void {
  client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        try {
          return await next(args)
        } catch (error) {
          if (error instanceof Error && commandName !== undefined) {
            commandsOfErrors.set(error, commandName)
          }
          throw error
        }
      },
    { step: 'initialize', priority: 'high', name: 'ferryNoteCommand' },
  )
}

/** Null: the request is not in the table, or its client does not note commands. */
function actionOf(error: Error): string | null {
  return ACTIONS[commandsOfErrors.get(error) ?? ''] ?? null
}
