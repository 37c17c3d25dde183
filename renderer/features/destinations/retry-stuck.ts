import type { CredentialSource } from '../../../electron/contract/credentials.ts'
import type { Destination } from '../../../electron/contract/destination.ts'
import type { DestinationId } from '../../../electron/contract/ids.ts'
import type { UploadQueue, UploadView } from '../../upload/engine/queue-view.ts'
import { type FailureAction, failureText } from '../failure-text.ts'

type Cured = ReadonlySet<FailureAction | null>

const CURED_BY_SAVING: Cured = new Set(['edit-connection', 'enter-keys', 'sign-in'])
const CURED_BY_SIGNING_IN: Cured = new Set(['sign-in'])

/**
 * Uploads that waited for another connection or other keys go on when those were given, and those
 * that would try again by themselves need not wait.
 * @returns how many that are.
 */
export function retryStuck(queue: UploadQueue, destinationId: DestinationId): number {
  return retryCured(queue, new Set([destinationId]), CURED_BY_SAVING)
}

/**
 * One sign-in serves every destination that gets its keys from it.
 * @returns how many uploads go on.
 */
export function retrySignedIn(
  queue: UploadQueue,
  destinations: readonly Destination[],
  source: CredentialSource,
): number {
  const served = destinations.filter(({ credentials }) => isSameSignIn(credentials, source))
  const ids = new Set(served.map(({ destinationId }) => destinationId))
  return retryCured(queue, ids, CURED_BY_SIGNING_IN)
}

/** An account and a role are chosen after the sign-in, so they do not count. */
export function isSameSignIn(one: CredentialSource, other: CredentialSource): boolean {
  if (one.kind === 'sso' && other.kind === 'sso') {
    return one.startUrl === other.startUrl && one.ssoRegion === other.ssoRegion
  }
  if (one.kind === 'profile' && other.kind === 'profile') return one.profile === other.profile
  return false
}

function retryCured(queue: UploadQueue, ids: ReadonlySet<DestinationId>, cured: Cured): number {
  const meant = queue.snapshot().uploadIds.filter((uploadId) => {
    const view = queue.upload(uploadId)
    return view !== undefined && ids.has(view.record.destinationId) && isCured(view, cured)
  })
  for (const uploadId of meant) queue.retry(uploadId)
  return meant.length
}

function isCured({ phase, failure, retryAtMs }: UploadView, cured: Cured): boolean {
  if (failure === null || !cured.has(failureText(failure).action)) return false
  return phase === 'needs-you' || phase === 'failed' || retryAtMs !== null
}
