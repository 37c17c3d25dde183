import type { CheckLine, CheckStep } from '../../../../electron/contract/commands/checks.ts'
import type { Failure } from '../../../../electron/contract/failure/kinds.ts'
import { providerOf } from '../../../../electron/contract/providers/lookup.ts'
import { permissionRemedy } from '../../../failures/credential-words.ts'
import { type FailureDestination, failureText } from '../../../failures/failure-text.ts'

const DENIED: Partial<Record<CheckStep, readonly [deed: string, permission: string]>> = {
  bucket: ['list this bucket', 's3:ListBucket'],
  put: ['upload files here', 's3:PutObject'],
  multipart: ['upload in parts here', 's3:PutObject'],
  'list-parts': ['list the parts of an upload', 's3:ListMultipartUploadParts'],
  abort: ['cancel uploads here', 's3:AbortMultipartUpload'],
  get: ['read files here', 's3:GetObject'],
  delete: ['delete files here', 's3:DeleteObject'],
  cors: ['see the bucket’s CORS rules', 's3:GetBucketCORS'],
  versioning: ['see the bucket’s versioning', 's3:GetBucketVersioning'],
  'unfinished-rule': ['see the bucket’s lifecycle rules', 's3:GetLifecycleConfiguration'],
}

/** The status codes of stores for requests that they do not support. */
const UNKNOWN_TO_STORE: readonly number[] = [405, 501]

/** In whole sentences, without the advice that the line's button already gives. */
export function failedLineText(
  line: CheckLine,
  failure: Failure,
  nowMs: number,
  at: FailureDestination | null,
): string {
  const { problem, wayOut } = wordsFor(line, failure, nowMs, at)
  switch (line.fix?.kind) {
    case 'use-region':
    case 'sign-in':
      return problem
    case 'set-cors':
      return `${problem} Ferry can add the rule that it needs.`
    default:
      return wayOut === null ? problem : `${problem} ${wayOut}`
  }
}

function wordsFor(
  { step, verdict }: CheckLine,
  failure: Failure,
  nowMs: number,
  at: FailureDestination | null,
) {
  const denied = DENIED[step]
  if (failure.kind === 'access-denied' && denied !== undefined) {
    const [deed, permission] = denied
    const problem = `These keys are not allowed to ${deed} (${permission}).`
    const wayOut = verdict === 'unknown' ? null : denialAdvice(step, permission, at)
    return { problem, wayOut }
  }
  if (step === 'cors' && verdict === 'warned' && failure.kind === 'cors-blocked') {
    return {
      problem:
        'The bucket lets this window upload, but not with the condition “only if nothing is there”; so Ferry checks before it writes.',
      wayOut: null,
    }
  }
  if (verdict === 'warned' && failure.kind === 'answer-hidden') return ANSWERS_HIDDEN
  if (step === 'get' && failure.kind === 'body-corrupted') return DOWNLOAD_DIFFERS
  const isUnknownToStore =
    failure.kind === 'store-refused' && UNKNOWN_TO_STORE.includes(failure.status)
  if (verdict === 'unknown' && isUnknownToStore) {
    return { problem: 'The store does not offer this.', wayOut: null }
  }
  return failureText(failure, nowMs, at)
}

const ANSWERS_HIDDEN = {
  problem:
    'The store accepts what this window sends, but hides its responses (CORS). Uploads still work, only slower: Ferry checks the bucket after every part.',
  wayOut:
    'Send Access-Control-Allow-Origin with every response and expose ETag: in the bucket’s CORS rule, or at the proxy in front of the store.',
}

const DOWNLOAD_DIFFERS = {
  problem: 'The downloaded file differs from the uploaded one.',
  wayOut:
    'Check again. If it still differs, a proxy, a virus scanner or a faulty network changes downloads.',
}

function denialAdvice(step: CheckStep, permission: string, at: FailureDestination | null): string {
  const allow = hasPolicies(at)
    ? 'Allow it in their policy; “Policies…” has the text ready to copy.'
    : permissionRemedy(permission, at)
  return step === 'delete'
    ? `Uploads work without it. ${allow} The check’s own files (.ferry-check-…) stay until then.`
    : allow
}

/** Assumes that unknown stores have policies, as Amazon S3 does. */
function hasPolicies(at: FailureDestination | null): boolean {
  const model = at === null ? null : providerOf(at.provider).permissions
  return model === 'policy' || model === null
}
