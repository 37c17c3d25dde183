import type { Failure, FailureKind } from '../../../electron/contract/failure.ts'
import { unreachable } from '../../../electron/contract/unreachable.ts'

/** What follows a failure. */
export type Recovery =
  /** Until the network is back; asked again after `afterMs` in case the browser is mistaken. */
  | { readonly kind: 'wait'; readonly afterMs: number }
  | { readonly kind: 'retry'; readonly afterMs: number; readonly costsTry: boolean }
  | { readonly kind: 'sign-again'; readonly afterMs: number }
  /** Prepare anew: the store says what it still holds, and the host measures the store's clock. */
  | { readonly kind: 'start-over' }
  /** It goes on when the person has done something. */
  | { readonly kind: 'ask-user' }
  /** The sent parts are kept. */
  | { readonly kind: 'give-up' }

/** What was tried before, this time included. */
export interface Attempt {
  /** From 1; counts the failures in a row that cost a try. */
  readonly tries: number
  /** How often this upload has started over since the person last touched it. */
  readonly startOvers: number
}

/** When the store answers, but not as hoped. */
export const STORE_TRIES = 10
/** When nothing answers, or the store asks for patience: about five minutes. */
export const PATIENT_TRIES = 20
export const MAX_BACKOFF_MS = 30_000
/** A store that asks for more is not taken at its word. */
export const MAX_RETRY_AFTER_MS = 15 * 60_000
export const OFFLINE_RECHECK_MS = 30_000

const BASE_BACKOFF_MS = 500
const HOST_WAIT_MS = { least: 2_000, spread: 8_000 } as const

/**
 * The one place that decides what follows a failure.
 * @param jitter uniform in [0, 1); full jitter, so that many clients do not come back at once.
 */
export function recoveryFrom(failure: Failure, attempt: Attempt, jitter: number): Recovery {
  const { tries } = attempt
  const backoff = backoffMs(tries, jitter)
  switch (failure.kind) {
    case 'offline':
      return { kind: 'wait', afterMs: OFFLINE_RECHECK_MS }
    case 'stalled':
    case 'server-error':
    case 'body-corrupted':
      return retryWithin(STORE_TRIES, tries, backoff)
    case 'no-response':
    case 'host-not-found':
    case 'host-unreachable':
      return retryWithin(PATIENT_TRIES, tries, backoff)
    case 'throttled': {
      const asked = Math.min(failure.retryAfterMs ?? 0, MAX_RETRY_AFTER_MS)
      return retryWithin(PATIENT_TRIES, tries, Math.max(asked, backoff))
    }
    case 'host-gone': {
      // The host may be restarting; nothing was asked of the store, so nothing was tried.
      const afterMs = HOST_WAIT_MS.least + jitter * HOST_WAIT_MS.spread
      return { kind: 'retry', afterMs, costsTry: false }
    }
    case 'url-expired':
      if (tries >= STORE_TRIES) return { kind: 'give-up' }
      return { kind: 'sign-again', afterMs: tries === 1 ? 0 : backoff }
    case 'upload-gone':
      return { kind: attempt.startOvers === 0 ? 'start-over' : 'give-up' }
    case 'clock-skewed':
      return { kind: attempt.startOvers === 0 ? 'start-over' : 'ask-user' }
    case 'form-invalid':
    case 'tls-failed':
    case 'not-s3':
    case 'credentials-rejected':
    case 'credentials-expired':
    case 'access-denied':
    case 'bucket-missing':
    case 'region-wrong':
    case 'cors-blocked':
    case 'etag-hidden':
    case 'source-detached':
    case 'disk-full':
    case 'secret-store-unavailable':
    case 'secret-missing':
    case 'local-bucket-unavailable':
      return { kind: 'ask-user' }
    case 'store-refused':
    case 'source-changed':
    case 'source-missing':
    case 'source-unreadable':
    case 'name-unusable':
    case 'too-large':
    case 'unknown-id':
    case 'not-now':
    case 'internal':
      return { kind: 'give-up' }
    default:
      return unreachable(failure)
  }
}

/** At most 30 s; doubles with each try. */
function backoffMs(tries: number, jitter: number): number {
  return Math.min(MAX_BACKOFF_MS, BASE_BACKOFF_MS * 2 ** (tries - 1)) * jitter
}

function retryWithin(limit: number, tries: number, afterMs: number): Recovery {
  return tries >= limit ? { kind: 'give-up' } : { kind: 'retry', afterMs, costsTry: true }
}

/**
 * The failure as it looks once the network's state is known: silence while the browser is offline
 * means offline. The hint alone stops nothing, since a bucket on this computer answers without any
 * network, and some systems say "offline" behind a working one.
 */
export function failureSeen(failure: Failure, isOnline: boolean): Failure {
  return !isOnline && SILENCE.has(failure.kind) ? { kind: 'offline' } : failure
}

/** A change of the network may have mended it: worth a try at once. */
export function isWorthTryOnNetworkChange(failure: Failure): boolean {
  return failure.kind === 'offline' || failure.kind === 'host-gone' || SILENCE.has(failure.kind)
}

const SILENCE: ReadonlySet<FailureKind> = new Set([
  'no-response',
  'stalled',
  'host-not-found',
  'host-unreachable',
])
