import type { Failure } from '../../contract/failure/kinds.ts'
import { isDenied } from '../../contract/failure/s3-failure.ts'
import { passed, unknown, warned } from './line.ts'
import { failureOfAnswer, isGood, type PageAnswer } from './send-as-page.ts'
import type { Step, Trial } from './trial.ts'

/**
 * Whether a header that nobody signed changes what a signed PUT does. S3 refuses every unsigned
 * `x-amz-*` header. Where one is obeyed, whoever gets hold of an upload's URL can have any object
 * of the bucket copied over the upload's own, and made public: CVE-2026-54330.
 * docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html (`X-Amz-SignedHeaders`)
 */
export const unsignedHeadersLine: Step = async (trial) => {
  const { object, store, writing } = trial
  const missing = await object.ensure(writing)
  if (missing !== null) return unknown(missing)
  // The check's own object copied onto itself: it stays what it was, whatever the store makes of it.
  const unsigned = {
    'x-amz-copy-source': copySource(trial),
    'x-amz-metadata-directive': 'REPLACE',
  }
  const answer = await object.put(writing, { unsigned })
  if (!answer.ok) return unknown(answer.failure)
  const finding = { kind: 'unsigned-headers', isObeyed: hasCopied(answer.value) } as const
  if (finding.isObeyed) return warned(finding)
  if (isGood(answer.value)) return passed(finding)
  const failure = failureOfAnswer(store, answer.value, 's3:PutObject')
  return isRefusal(failure) ? passed(finding) : unknown(failure)
}

function copySource({ object, store }: Trial): string {
  const key = object.key.split('/').map(encodeURIComponent).join('/')
  return `/${store.destination.bucket}/${key}`
}

/** A plain PUT has no document. */
function hasCopied(answer: PageAnswer): boolean {
  return isGood(answer) && /<(\w{1,20}:)?CopyObjectResult\b/.test(answer.text.slice(0, 4000))
}

/** In S3's words, in Garage's ("should be signed", 400), or by a store that knows no copies. */
function isRefusal(failure: Failure): boolean {
  if (isDenied(failure)) return true
  const said = 'answer' in failure ? (failure.answer?.message ?? '') : ''
  const status = failure.kind === 'store-refused' ? failure.status : 0
  return failure.kind === 'credentials-rejected' || status === 501 || /signed/i.test(said)
}
