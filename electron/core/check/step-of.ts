import type { CheckStep } from '../../contract/check.ts'
import type { Failure } from '../../contract/failure.ts'

/**
 * Which step a refused request failed at, since one request passes all of them: what comes before
 * that step has worked. `step` is what the request itself was made for.
 */
export function stepOf(failure: Failure, step: CheckStep): CheckStep {
  switch (failure.kind) {
    case 'host-not-found':
    case 'host-unreachable':
    case 'tls-failed':
    case 'not-s3':
    case 'offline':
    case 'no-response':
    case 'stalled':
    case 'server-error':
    case 'throttled':
      return 'tls'
    case 'clock-skewed':
      return 'clock'
    case 'credentials-rejected':
    case 'credentials-expired':
      return 'credentials'
    case 'region-wrong':
      return 'region'
    case 'bucket-missing':
      return 'bucket'
    default:
      return step
  }
}
