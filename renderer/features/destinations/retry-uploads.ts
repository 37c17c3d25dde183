import type { CredentialSource } from '../../../electron/contract/commands/credentials.ts'
import type { Destination } from '../../../electron/contract/commands/destinations.ts'
import { formatCount } from '../../design/format.ts'
import type { UploadQueue, UploadView } from '../../engine/view/queue-view.ts'
import { type FailureAction, failureText, isPlanToBlame } from '../../failures/failure-text.ts'

type FixedActions = ReadonlySet<FailureAction | null>

const FIXED_BY_RULES: FixedActions = new Set(['edit-rules'])
const FIXED_BY_CONNECTION: FixedActions = new Set(['edit-connection', 'enter-keys', 'sign-in'])
const FIXED_BY_SIGN_IN: FixedActions = new Set(['sign-in'])

export function resumedText(count: number): readonly string[] {
  return count === 0 ? [] : [`${formatCount(count, 'upload continues', 'uploads continue')}.`]
}

/**
 * Retries the uploads whose row asks the user to change the rules.
 * @returns how many.
 */
export function retryAfterRules(queue: UploadQueue, destination: Destination): number {
  return retryFixed(queue, [destination], FIXED_BY_RULES)
}

/**
 * Retries the uploads that wait for another connection or other keys, also those that would retry
 * later by themselves.
 * @returns how many.
 */
export function retryAfterConnection(queue: UploadQueue, destination: Destination): number {
  return retryFixed(queue, [destination], FIXED_BY_CONNECTION)
}

/**
 * Retries at every destination that uses the same sign-in.
 * @returns how many uploads.
 */
export function retryAfterSignIn(
  queue: UploadQueue,
  destinations: readonly Destination[],
  source: CredentialSource,
): number {
  const served = destinations.filter(({ credentials }) => isSameSignIn(credentials, source))
  return retryFixed(queue, served, FIXED_BY_SIGN_IN)
}

/** Account and role do not matter: users choose them after the sign-in. */
export function isSameSignIn(one: CredentialSource, other: CredentialSource): boolean {
  if (one.kind === 'sso' && other.kind === 'sso') {
    return one.startUrl === other.startUrl && one.ssoRegion === other.ssoRegion
  }
  if (one.kind === 'profile' && other.kind === 'profile') return one.profile === other.profile
  return false
}

function retryFixed(
  queue: UploadQueue,
  destinations: readonly Destination[],
  cured: FixedActions,
): number {
  const fixed = queue.snapshot().uploadIds.filter((uploadId) => {
    const view = queue.upload(uploadId)
    const at = destinations.find((each) => each.destinationId === view?.record.destinationId)
    return view !== undefined && at !== undefined && isFixed(view, cured, at)
  })
  for (const uploadId of fixed) queue.retry(uploadId)
  return fixed.length
}

function isFixed(
  { phase, failure, retryAtMs }: UploadView,
  cured: FixedActions,
  at: Destination,
): boolean {
  if (failure === null || isPlanToBlame(failure)) return false
  if (!cured.has(failureText(failure, Date.now(), at).action)) return false
  return phase === 'needs-you' || phase === 'failed' || retryAtMs !== null
}
