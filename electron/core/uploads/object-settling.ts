import type { Failure, FailureKind } from '../../contract/failure/kinds.ts'
import { isDenied } from '../../contract/failure/s3-failure.ts'
import { failed, type Outcome, succeeded } from '../../contract/outcome.ts'
import type { UploadRow } from '../records/stored-upload.ts'
import { headObjectWithChecksums, type ObjectHead } from '../s3/head-object.ts'
import { isUploadGone } from '../s3/list-parts.ts'
import { isOwn } from './own-object.ts'
import type { UploadAtStore, UploadContext } from './upload-context.ts'

/**
 * How long a requested object may take to appear before its file is sent once more. Stores finish a
 * Complete whose answer a proxy no longer waits for, and some show objects late.
 */
const SETTLE_MS = 60_000
const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 10_000

/** Whether the store was asked for the object so recently that it may still appear. */
export function isSettling(row: UploadRow, nowMs: number): boolean {
  return leftMs(row, nowMs) > 0
}

/** If the clock was set back, the wait must not last for years. */
function leftMs({ completingAtMs }: UploadRow, nowMs: number): number {
  if (completingAtMs === null || nowMs < completingAtMs) return 0
  return Math.max(0, completingAtMs + SETTLE_MS - nowMs)
}

/**
 * Asks for the object with growing pauses until it appears or its time is over. Null: it did not
 * appear, or these access keys may not look.
 */
export async function waitForObject(
  context: UploadContext,
  at: UploadAtStore,
  isMeant: (head: ObjectHead | null) => Promise<boolean>,
  signal: AbortSignal,
): Promise<Outcome<ObjectHead | null>> {
  let seen: Outcome<ObjectHead | null> = succeeded(null)
  let remainingMs = leftMs(at.row, context.now())
  let pauseMs = FIRST_PAUSE_MS
  while (remainingMs > 0) {
    const waitMs = Math.min(pauseMs, remainingMs)
    await context.sleep(waitMs, signal)
    if (signal.aborted) return failed({ kind: 'aborted' })
    remainingMs -= waitMs
    pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)
    seen = await headObjectWithChecksums(at.store, at.row.record.key, signal)
    if (!seen.ok && isDenied(seen.failure)) return succeeded(null)
    if (seen.ok && (await isMeant(seen.value))) return seen
    // An object of ours that is too short stays too short.
    if (seen.ok && isOwn(seen.value, at)) return succeeded(null)
  }
  return seen.ok ? succeeded(null) : seen
}

/** These failures do not say whether the store has completed the object or will. */
const UNDECIDED: ReadonlySet<FailureKind> = new Set([
  'no-response',
  'stalled',
  'offline',
  'host-not-found',
  'host-unreachable',
  'wrong-protocol',
  'proxy-failed',
  'proxy-auth-needed',
  'network-blocked',
  'server-error',
  'throttled',
  'not-s3',
  'answer-unreadable',
  'answer-too-long',
  'aborted',
])

/**
 * Whether an upload may be complete in spite of the failure of Complete. A store that no longer
 * knows the upload may have been asked twice, by a proxy that did not wait for the first answer.
 */
export function isUndecided(failure: Failure): boolean {
  return UNDECIDED.has(failure.kind) || isUploadGone(failure)
}
