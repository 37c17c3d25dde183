import { S3Error } from '../http/errors.ts'
import type { StoredObject } from '../index/stored-object.ts'

/** Conditions that the current object must meet before a write. */
export interface WriteCondition {
  readonly ifMatch: string | null
  readonly ifNoneMatch: string | null
}

/**
 * Reads the conditions of a write.
 * Source: docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-requests.html
 */
export function writeConditionOf(headers: ReadonlyMap<string, string>): WriteCondition {
  const ifMatch = headers.get('if-match') ?? null
  const ifNoneMatch = headers.get('if-none-match') ?? null
  if (ifNoneMatch !== null && ifNoneMatch !== '*') {
    throw new S3Error(
      'NotImplemented',
      'A header you provided implies functionality that is not implemented',
      { Header: 'If-None-Match' },
    )
  }
  return { ifMatch, ifNoneMatch }
}

/** `present` is the newest version: null or a delete marker when there is no object. */
export function checkWriteCondition(condition: WriteCondition, present: StoredObject | null): void {
  const live = present === null || present.isMarker ? null : present
  if (condition.ifNoneMatch !== null && live !== null) {
    throw new S3Error('PreconditionFailed', undefined, { Condition: 'If-None-Match' })
  }
  if (condition.ifMatch === null) return
  if (live === null) throw new S3Error('NoSuchKey', undefined)
  if (!isEtagListed(condition.ifMatch, live.etag)) {
    throw new S3Error('PreconditionFailed', undefined, { Condition: 'If-Match' })
  }
}

/** Whether a conditional GET or HEAD gets the object or an empty 304. */
export function checkReadConditions(
  headers: ReadonlyMap<string, string>,
  object: StoredObject,
): 'send' | 'not-modified' {
  const ifMatch = headers.get('if-match')
  const unmodifiedSince = secondsOf(headers.get('if-unmodified-since'))
  const modified = Math.floor(object.modifiedMs / 1000)
  // RFC 9110 section 13.2.2: an ETag condition takes precedence over a date.
  if (ifMatch !== undefined) {
    if (!isEtagListed(ifMatch, object.etag)) preconditionFailed('If-Match')
  } else if (unmodifiedSince !== null && modified > unmodifiedSince)
    preconditionFailed('If-Unmodified-Since')
  const ifNoneMatch = headers.get('if-none-match')
  if (ifNoneMatch !== undefined) {
    return isEtagListed(ifNoneMatch, object.etag) ? 'not-modified' : 'send'
  }
  const modifiedSince = secondsOf(headers.get('if-modified-since'))
  return modifiedSince !== null && modified <= modifiedSince ? 'not-modified' : 'send'
}

function preconditionFailed(condition: string): never {
  throw new S3Error('PreconditionFailed', undefined, { Condition: condition })
}

export function isEtagListed(list: string, etag: string): boolean {
  if (list.trim() === '*') return true
  return list.split(',').some((each) => bareEtag(each) === etag)
}

/** Removes the quotes and the weak prefix that clients put around an ETag. */
export function bareEtag(text: string): string {
  return text
    .trim()
    .replace(/^W\//, '')
    .replace(/^"(.*)"$/, '$1')
}

function secondsOf(httpDate: string | undefined): number | null {
  if (httpDate === undefined) return null
  const at = Date.parse(httpDate)
  return Number.isNaN(at) ? null : Math.floor(at / 1000)
}
