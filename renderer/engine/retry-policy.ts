import type { Failure, FailureKind } from '../../electron/contract/failure/kinds.ts'
import { isAboutOwnCertificate } from '../../electron/contract/failure/predicates.ts'
import { isConditionalWriteRefused } from '../../electron/contract/failure/s3-failure.ts'
import { unreachable } from '../../electron/lib/unreachable.ts'

/** What follows a failure. */
export type Recovery =
  /** Until the network is back; asked again after `afterMs` in case the browser is mistaken. */
  | { readonly kind: 'wait'; readonly afterMs: number }
  | { readonly kind: 'retry'; readonly afterMs: number; readonly costsTry: boolean }
  | { readonly kind: 'sign-again'; readonly afterMs: number }
  /** The person should do something; should it mend by itself, that will do as well. */
  | { readonly kind: 'ask-and-retry'; readonly afterMs: number }
  /** Prepare anew: the host measures the store's clock. What the store holds is kept. */
  | { readonly kind: 'prepare-again' }
  /** Prepare anew: the store has lost the upload, and says what it still holds. */
  | { readonly kind: 'start-over' }
  /** It goes on when the person has done something. */
  | { readonly kind: 'ask-user' }
  /** The sent parts are kept. */
  | { readonly kind: 'give-up' }
  /** The host has ended it, and nothing is left to be taken back. */
  | { readonly kind: 'end' }

/** How much of their retry budget failures in a row have used up. */
export interface RetryBudget {
  /** All failures: the more there are, the longer the next wait. */
  readonly failures: number
  /** The failures that something answered with; there is a limit to them. */
  readonly tries: number
  /** How often the upload has started over since the user last touched it. */
  readonly startOvers: number
}

export const FRESH_BUDGET: RetryBudget = { failures: 0, tries: 0, startOvers: 0 }

/** A store that is ill for half an hour is waited for. */
export const MAX_STORE_TRIES = 60
/** What is wrong again and again with fresh bytes or a fresh signature is not chance. */
export const MAX_FRESH_TRIES = 10
/** The clock is measured each time; so often in a row, measuring does not help. */
export const MAX_CLOCK_TRIES = 3
/** When it prepares the host gets other keys; where there are none, trying does not help. */
export const MAX_CREDENTIAL_TRIES = 2
/** Keys may have changed between signing and sending; a proxy changes the next request as well. */
export const MAX_REWRITTEN_TRIES = 2
/** The host finds out what is behind an answer that does not say it; not the same thing again. */
export const MAX_LOOKUP_TRIES = 3
export const MAX_BACKOFF_MS = 30_000
/** A store that asks for more is not taken at its word. */
export const MAX_RETRY_AFTER_MS = 15 * 60_000
export const OFFLINE_RECHECK_MS = 30_000
/** In case that nobody says when the computer wakes; its timers stand still while it sleeps. */
export const ASLEEP_RECHECK_MS = 60_000

const BASE_BACKOFF_MS = 500
const HOST_WAIT_MS = { least: 2_000, spread: 8_000 } as const
const USER_FIX_WAIT_MS = { least: 15_000, spread: 15_000 } as const
/** RFC 6585 section 6: Network Authentication Required. */
const NETWORK_SIGN_IN = 511

/**
 * The one place that decides what follows a failure.
 * @param jitter uniform in [0, 1); full jitter, so that many clients do not come back at once.
 */
export function recoveryFrom(failure: Failure, budget: RetryBudget, jitter: number): Recovery {
  const { tries } = budget
  const backoff = backoffMs(budget.failures, jitter)
  switch (failure.kind) {
    case 'offline':
      return { kind: 'wait', afterMs: OFFLINE_RECHECK_MS }
    // Silence is the network's, which has nights without end on a train, and ends all the same.
    case 'no-response':
      return failure.isOnlyPage === true
        ? retryOrAsk(MAX_FRESH_TRIES, tries, backoff)
        : { kind: 'retry', afterMs: backoff, costsTry: false }
    case 'stalled':
    case 'host-not-found':
    case 'host-unreachable':
    // Every try asks the cloud's service for the bytes, which come when it can be reached.
    case 'source-in-cloud':
      return { kind: 'retry', afterMs: backoff, costsTry: false }
    case 'proxy-failed':
      // Proxies come back, and a laptop leaves their network; another certificate or sign-in does not.
      return failure.reason === 'untrusted' || failure.reason === 'unsupported'
        ? { kind: 'ask-and-retry', afterMs: userFixWaitMs(jitter) }
        : { kind: 'retry', afterMs: backoff, costsTry: false }
    case 'tls-failed':
      // A hotel's network puts itself in the store's place until somebody signs in to it.
      return isAboutOwnCertificate(failure.reason)
        ? { kind: 'ask-user' }
        : { kind: 'ask-and-retry', afterMs: userFixWaitMs(jitter) }
    case 'network-blocked':
      // A firewall or a policy may be changed meanwhile; no browser ever uses such a port.
      return failure.by === 'port'
        ? { kind: 'ask-user' }
        : { kind: 'ask-and-retry', afterMs: userFixWaitMs(jitter) }
    case 'throttled': {
      const asked = Math.min(failure.retryAfterMs ?? 0, MAX_RETRY_AFTER_MS)
      return { kind: 'retry', afterMs: Math.max(asked, backoff), costsTry: false }
    }
    case 'host-gone': {
      // The host may be restarting; nothing was asked of the store, so nothing was tried.
      const afterMs = HOST_WAIT_MS.least + jitter * HOST_WAIT_MS.spread
      return { kind: 'retry', afterMs, costsTry: false }
    }
    case 'server-error':
      // The network itself asks to sign in to it first; nothing else gets through until then.
      if (failure.status === NETWORK_SIGN_IN) {
        return { kind: 'ask-and-retry', afterMs: userFixWaitMs(jitter) }
      }
      return retryWithin(MAX_STORE_TRIES, tries, backoff)
    case 'body-corrupted':
    case 'busy':
      return retryWithin(MAX_FRESH_TRIES, tries, backoff)
    case 'url-expired':
      if (tries >= MAX_FRESH_TRIES) return { kind: 'give-up' }
      return { kind: 'sign-again', afterMs: tries === 1 ? 0 : backoff }
    case 'clock-skewed':
      return { kind: tries <= MAX_CLOCK_TRIES ? 'prepare-again' : 'ask-user' }
    case 'upload-gone':
    case 'object-missing':
      return { kind: budget.startOvers === 0 ? 'start-over' : 'give-up' }
    case 'disk-full':
      return { kind: 'ask-and-retry', afterMs: userFixWaitMs(jitter) }
    case 'not-s3':
    case 'wrong-protocol':
    case 'answer-unreadable':
    case 'answer-too-long':
      // A broken answer looks so, too, and is no reason to wait for the person all night.
      return retryOrAsk(MAX_FRESH_TRIES, tries, backoff)
    case 'request-rewritten':
      return { kind: tries < MAX_REWRITTEN_TRIES ? 'prepare-again' : 'ask-user' }
    case 'skipped':
      return { kind: 'end' }
    case 'credentials-expired':
      return { kind: tries <= MAX_CREDENTIAL_TRIES ? 'prepare-again' : 'ask-user' }
    case 'keys-unavailable':
      // The one reason that the network may mend.
      return failure.reason === 'unreachable'
        ? { kind: 'retry', afterMs: backoff, costsTry: false }
        : { kind: 'ask-user' }
    case 'form-invalid':
    case 'proxy-auth-needed':
    case 'host-refused':
    case 'credentials-rejected':
    case 'sign-in-needed':
    case 'key-taken':
    case 'access-denied':
    // None of these gets better by sending the same bytes again.
    case 'explicitly-denied':
    case 'encryption-key-denied':
    case 'acl-refused':
    case 'quota-exceeded':
    case 'store-full':
    case 'account-problem':
    case 'request-too-large':
    case 'proxy-refused':
    case 'redirected':
    case 'answer-hidden':
    case 'bucket-missing':
    case 'region-wrong':
    case 'cors-blocked':
    case 'etag-hidden':
    case 'source-detached':
    case 'destination-moved':
    case 'not-confirmed':
    case 'secret-store-unavailable':
    case 'secret-missing':
    case 'local-bucket-unavailable':
      return { kind: 'ask-user' }
    case 'store-refused':
      return { kind: isWorthPreparing(failure, tries) ? 'prepare-again' : 'give-up' }
    case 'too-many-destinations':
    case 'object-differs':
    case 'source-changed':
    case 'source-missing':
    case 'source-unreadable':
    case 'source-not-a-file':
    case 'source-off-limits':
    case 'name-unusable':
    case 'too-large':
    case 'size-not-allowed':
    case 'type-not-allowed':
    case 'rules-invalid':
    case 'unknown-id':
    case 'aborted':
    case 'in-use':
    case 'wrong-state':
    case 'not-now':
    case 'internal':
      return { kind: 'give-up' }
    default:
      return unreachable(failure)
  }
}

/** Of what is mended at this computer, and looked at again meanwhile. */
function userFixWaitMs(jitter: number): number {
  return USER_FIX_WAIT_MS.least + jitter * USER_FIX_WAIT_MS.spread
}

/**
 * The host finds out what is behind it: somebody else's object in the place, or a 404 in which
 * nobody says what is missing. Preparing sends no part.
 */
function isWorthPreparing(failure: Failure & { kind: 'store-refused' }, tries: number): boolean {
  if (isConditionalWriteRefused(failure)) return tries < MAX_FRESH_TRIES
  return failure.status === 404 && failure.code === '' && tries < MAX_LOOKUP_TRIES
}

/** At most 30 s; doubles with each failure. */
function backoffMs(failures: number, jitter: number): number {
  return Math.min(MAX_BACKOFF_MS, BASE_BACKOFF_MS * 2 ** (failures - 1)) * jitter
}

function retryWithin(limit: number, tries: number, afterMs: number): Recovery {
  return tries >= limit ? { kind: 'give-up' } : { kind: 'retry', afterMs, costsTry: true }
}

function retryOrAsk(limit: number, tries: number, afterMs: number): Recovery {
  return tries >= limit ? { kind: 'ask-user' } : { kind: 'retry', afterMs, costsTry: true }
}

/** With the failure that `recoveryFrom` is asked about, as if it cost a try. */
export function withFailure(budget: RetryBudget): RetryBudget {
  return { ...budget, failures: budget.failures + 1, tries: budget.tries + 1 }
}

/** With a failure whose recovery is decided. */
export function budgetAfter(budget: RetryBudget, recovery: Recovery): RetryBudget {
  const isFree = recovery.kind === 'retry' && !recovery.costsTry
  const isStartOver = recovery.kind === 'start-over'
  return {
    failures: budget.failures + 1,
    tries: budget.tries + (isFree ? 0 : 1),
    startOvers: budget.startOvers + (isStartOver ? 1 : 0),
  }
}

export function addBudgets(one: RetryBudget, other: RetryBudget): RetryBudget {
  return {
    failures: one.failures + other.failures,
    tries: one.tries + other.tries,
    startOvers: one.startOvers + other.startOvers,
  }
}

/**
 * The failure as it looks once the network's state is known: silence while the browser is offline
 * means offline. The hint alone stops nothing, since a bucket on this computer answers without any
 * network, and some systems say "offline" behind a working one.
 */
export function silenceAsOffline(failure: Failure, isOnline: boolean): Failure {
  return !isOnline && SILENCE.has(failure.kind) ? { kind: 'offline' } : failure
}

const RETRIED_ON_NETWORK_CHANGE: ReadonlySet<FailureKind> = new Set([
  'offline',
  'host-gone',
  'tls-failed',
  'network-blocked',
  'source-in-cloud',
])

/** A change of the network may have mended it: worth a try at once. */
export function isRetriedOnNetworkChange(failure: Failure): boolean {
  return RETRIED_ON_NETWORK_CHANGE.has(failure.kind) || SILENCE.has(failure.kind)
}

/** The host cannot keep what it is told just now; later it can, so it is told again. */
export function isWorthResending(failure: Failure): boolean {
  return failure.kind === 'host-gone' || failure.kind === 'disk-full'
}

const SILENCE: ReadonlySet<FailureKind> = new Set([
  'no-response',
  'stalled',
  'host-not-found',
  'host-unreachable',
  'proxy-failed',
])
