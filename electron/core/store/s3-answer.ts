import type { Failure } from '../../contract/failure.ts'
import { failureFromS3 } from '../../contract/s3-failure.ts'
import { NoKeys } from '../credentials/keys.ts'
import { UnreadableAnswer } from './lenient-answers.ts'
import { networkFailure } from './network-failure.ts'
import { isStoreAnswer } from './store-signs.ts'

/** What the SDK and Node put into what they throw. */
interface ThrownByStore {
  readonly name: string
  readonly message: string
  readonly code?: unknown
  /** S3's `<Code>` and `<Region>`; absent for a body that was not S3's XML, and for every HEAD. */
  readonly Code?: unknown
  readonly Region?: unknown
  readonly $fault?: unknown
  readonly $metadata?: { readonly httpStatusCode?: number }
  readonly $response?: { readonly headers?: Readonly<Record<string, string | undefined>> }
}

interface Asked {
  readonly endpoint: string
  readonly bucket: string
}

/**
 * Turns what a request threw into a `Failure`.
 * @throws the error itself when it is a bug of ours and no answer of the world.
 */
export function failureFromError(error: unknown, asked: Asked, nowMs: number): Failure {
  if (!(error instanceof Error)) throw error
  if (error instanceof NoKeys) return error.failure
  const thrown: ThrownByStore = error
  const status = thrown.$metadata?.httpStatusCode ?? 0
  const host = new URL(asked.endpoint).host
  if (error instanceof UnreadableAnswer) {
    return error.isStore ? { kind: 'answer-unreadable', host } : { kind: 'not-s3', host }
  }
  if (status === 0) {
    const failure = networkFailure(error, host)
    if (failure === null) throw error
    return failure
  }
  const headers = thrown.$response?.headers ?? {}
  if (isForeign(thrown, headers) && status < 500 && status !== 429) return { kind: 'not-s3', host }
  return failureFromS3({
    status,
    code: typeof thrown.Code === 'string' ? thrown.Code : '',
    message: thrown.message,
    retryAfter: headers['retry-after'] ?? null,
    date: headers.date ?? null,
    region:
      headers['x-amz-bucket-region'] ?? (typeof thrown.Region === 'string' ? thrown.Region : null),
    bucket: asked.bucket,
    nowMs,
  })
}

/** Something answers there, but not in S3's words: a web site, a proxy's page, a router. */
function isForeign(thrown: ThrownByStore, headers: Readonly<Record<string, string | undefined>>) {
  if (isStoreAnswer(headers)) return false
  const isUnparsed = thrown.$fault === undefined
  const isPage = /html|json|text\/plain/i.test(headers['content-type'] ?? '')
  return isUnparsed || (isPage && typeof thrown.Code !== 'string')
}
