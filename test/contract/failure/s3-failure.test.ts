import { describe, expect, it } from 'vitest'
import { Failure } from '../../../electron/contract/failure/kinds.ts'
import {
  failureFromS3,
  isConditionalWriteRefused,
  PRECONDITION_FAILED,
  retryAfterMs,
  type S3Answer,
} from '../../../electron/contract/failure/s3-failure.ts'
import { withoutAnswer } from '../../fakes/without-answer.ts'

const NOW = Date.UTC(2026, 10, 20, 12)

const answer = (changes: Partial<S3Answer>): S3Answer => ({
  status: 400,
  code: '',
  message: '',
  requestId: '',
  server: '',
  retryAfter: null,
  date: null,
  region: null,
  location: null,
  limitBytes: null,
  canonicalRequest: '',
  isForeign: false,
  request: {
    host: 's3.example.org',
    path: null,
    bucket: 'photos',
    isLocal: false,
    action: 's3:PutObject',
  },
  nowMs: NOW,
  ...changes,
})

describe('an S3 answer', () => {
  it.each<[Partial<S3Answer>, Failure]>([
    [{ status: 0 }, { kind: 'no-response' }],
    [{ code: 'ExpiredRequest' }, { kind: 'url-expired' }],
    [
      { status: 403, code: 'AccessDenied', message: 'Request has expired' },
      { kind: 'url-expired' },
    ],
    [
      { status: 403, code: 'AccessDenied', message: 'Access Denied' },
      { kind: 'access-denied', action: 's3:PutObject' },
    ],
    [{ status: 403 }, { kind: 'access-denied', action: 's3:PutObject' }],
    [{ status: 401 }, { kind: 'access-denied', action: 's3:PutObject' }],
    [
      { status: 403, code: 'RequestTimeTooSkewed', date: new Date(NOW).toUTCString() },
      { kind: 'clock-skewed', serverTimeMs: NOW },
    ],
    [
      { code: 'RequestTimeTooSkewed', date: 'rubbish' },
      { kind: 'clock-skewed', serverTimeMs: null },
    ],
    [{ code: 'ExpiredToken' }, { kind: 'credentials-expired' }],
    [{ status: 403, code: 'InvalidAccessKeyId' }, { kind: 'credentials-rejected' }],
    [{ status: 403, code: 'SignatureDoesNotMatch' }, { kind: 'credentials-rejected' }],
    [
      { status: 404, code: 'NoSuchBucket' },
      { kind: 'bucket-missing', bucket: 'photos' },
    ],
    [{ status: 404, code: 'NoSuchUpload' }, { kind: 'upload-gone' }],
    [{ status: 404 }, { kind: 'store-refused', status: 404, code: '' }],
    [
      { status: 301, region: 'eu-9' },
      { kind: 'region-wrong', region: 'eu-9' },
    ],
    [
      { status: 400, region: 'eu-9' },
      { kind: 'region-wrong', region: 'eu-9' },
    ],
    [{ code: 'BadDigest' }, { kind: 'body-corrupted' }],
    [
      { status: 503, code: 'InternalError' },
      { kind: 'server-error', status: 500 },
    ],
    [{ code: 'RequestTimeout' }, { kind: 'stalled' }],
    [{ status: 408 }, { kind: 'stalled' }],
    [
      { status: 503, code: 'SlowDown', retryAfter: '3' },
      { kind: 'throttled', retryAfterMs: 3000 },
    ],
    [{ status: 429 }, { kind: 'throttled', retryAfterMs: null }],
    [{ status: 503 }, { kind: 'throttled', retryAfterMs: null }],
    [{ status: 500 }, { kind: 'server-error', status: 500 }],
    [{ status: 501 }, { kind: 'store-refused', status: 501, code: '' }],
    [{ code: 'KeyTooLongError' }, { kind: 'name-unusable', reason: 'too-long' }],
    [
      { status: 418, code: 'Teapot' },
      { kind: 'store-refused', status: 418, code: 'Teapot' },
    ],
  ])('%j is %j', (changes, failure) => {
    expect(withoutAnswer(failureFromS3(answer(changes)))).toEqual(failure)
  })

  it('with a code of any length is a failure that the contract knows', () => {
    const failure = failureFromS3(answer({ code: 'x'.repeat(10_000) }))

    expect(Failure.safeParse(failure).success).toBe(true)
  })
})

describe('Retry-After', () => {
  it.each([
    [null, null],
    ['120', 120_000],
    [' 0 ', 0],
    [new Date(NOW + 5000).toUTCString(), 5000],
    [new Date(NOW - 5000).toUTCString(), 0],
    ['soon', null],
    ['-1', null],
  ])('%j is %j ms', (header, ms) => {
    expect(retryAfterMs(header, NOW)).toBe(ms)
  })
})

describe('a refused conditional write', () => {
  it.each<[Partial<S3Answer>, boolean]>([
    [{ status: 412, code: 'PreconditionFailed' }, true],
    [{ status: 412 }, true],
    [{ status: 409, code: 'ConditionalRequestConflict' }, true],
    [{ status: 409, code: 'OperationAborted' }, false],
    [{ status: 400, code: 'InvalidStorageClass' }, false],
    [{ status: 503, code: 'SlowDown' }, false],
  ])('is distinguished from other refusals: %j', (changes, isTaken) => {
    expect(isConditionalWriteRefused(failureFromS3(answer(changes)))).toBe(isTaken)
  })

  it('is what our own failure for it says', () => {
    expect(isConditionalWriteRefused(PRECONDITION_FAILED)).toBe(true)
  })
})

describe('an unsupported rule', () => {
  it.each(['InvalidStorageClass', 'InvalidTag', 'MetadataTooLarge'])(
    '%s is a refusal with its code, even with a region in the answer',
    (code) => {
      const failure = failureFromS3(answer({ code, region: 'eu-9' }))

      expect(withoutAnswer(failure)).toEqual({ kind: 'store-refused', status: 400, code })
    },
  )
})
