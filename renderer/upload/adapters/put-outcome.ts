import type { SignedPart } from '../../../electron/contract/commands/uploads.ts'
import type { Failure } from '../../../electron/contract/failure/kinds.ts'
import { endpointAt, failureFromHttp } from '../../../electron/contract/failure/s3-failure.ts'
import { failed, type Outcome, succeeded } from '../../../electron/contract/outcome.ts'
import type { PutAnswer } from './put-messages.ts'

export type PutOutcome = Outcome<{ readonly etag: string }>

/** What an answer to a part's PUT means. */
export function outcomeOf(answer: PutAnswer, part: SignedPart): PutOutcome {
  // Ceph can be told to say 201: rgw_s3_success_create_obj_status.
  const isTaken = answer.status >= 200 && answer.status < 300
  const failure = isTaken ? null : failureOf(answer, part)
  // The browser followed a redirect by itself, with a signature that holds for one host only. What
  // answers elsewhere is not the store that was asked, even if it says that it took the part.
  if (answer.origin !== new URL(part.url).origin) {
    const to = endpointAt(answer.origin, part.bucket)
    return failed({ kind: 'redirected', to, ...answerOf(failure) })
  }
  if (failure !== null) return failed(failure)
  const etag = answer.headers.etag ?? ''
  return etag === '' ? failed({ kind: 'etag-hidden' }) : succeeded({ etag })
}

function failureOf({ status, headers, text }: PutAnswer, part: SignedPart): Failure {
  const { host, pathname: path, searchParams } = new URL(part.url)
  const { bucket, isLocal } = part
  const asked = { host, path, bucket, isLocal, action: 's3:PutObject' }
  const failure = failureFromHttp({ status, headers, text }, asked, Date.now())
  // Ceph's word for an upload that was aborted; a PUT of a whole file misses nothing.
  const isOfUpload = searchParams.has('uploadId')
  const isKeyMissing = failure.kind === 'store-refused' && failure.code === 'NoSuchKey'
  return isOfUpload && isKeyMissing ? { kind: 'upload-gone', ...answerOf(failure) } : failure
}

function answerOf(failure: Failure | null) {
  return failure !== null && 'answer' in failure ? { answer: failure.answer } : {}
}
