import type { Failure, FailureKind } from '../../electron/contract/failure/kinds.ts'
import { isAboutOwnCertificate } from '../../electron/contract/failure/predicates.ts'
import { isConditionalWriteRefused } from '../../electron/contract/failure/s3-failure.ts'
import { unreachable } from '../../electron/lib/unreachable.ts'

/** How the engine reacts to a failure. */
export type Recovery =
  /** Until the network is back; retried after `afterMs` in case the browser is mistaken. */
  | { readonly kind: 'wait'; readonly afterMs: number }
  | { readonly kind: 'retry'; readonly afterMs: number; readonly costsTry: boolean }
  | { readonly kind: 'sign-again'; readonly afterMs: number }
  /** The user should do something; the upload also continues if the cause goes away by itself. */
  | { readonly kind: 'ask-and-retry'; readonly afterMs: number }
  /** Prepare again: the host measures the store's clock. The parts on the store are kept. */
  | { readonly kind: 'prepare-again' }
  /** Prepare again: the store has lost the upload and reports what it still has. */
  | { readonly kind: 'start-over' }
  /** The upload continues once the user has acted. */
  | { readonly kind: 'ask-user' }
  /** The parts that were sent are kept. */
  | { readonly kind: 'give-up' }
  /** The host has ended the upload, and there is nothing left to undo. */
  | { readonly kind: 'end' }

/** How much of the retry budget consecutive failures have used up. */
export interface RetryBudget {
  /** The number of failures; it determines the next wait. */
  readonly failures: number
  /** The number of failures that came with an answer; there is a limit to them. */
  readonly tries: number
  /** How often the upload has started over since the user last acted on it. */
  readonly startOvers: number
}

export const FRESH_BUDGET: RetryBudget = { failures: 0, tries: 0, startOvers: 0 }

/** Covers a store that is down for half an hour. */
export const MAX_STORE_TRIES = 60
/** A failure that repeats with fresh bytes or a fresh signature is not chance. */
export const MAX_FRESH_TRIES = 10
/** The clock is measured each time; after so many times in a row, measuring does not help. */
export const MAX_CLOCK_TRIES = 3
/** Preparing gets other access keys from the host; if there are none, retrying does not help. */
export const MAX_CREDENTIAL_TRIES = 2
/** Access keys may change between signing and sending; a proxy changes the next request as well. */
export const MAX_REWRITTEN_TRIES = 2
/**
 * The host looks up the cause of an answer that does not state it; not the same cause again and
 * again.
 */
export const MAX_LOOKUP_TRIES = 3
export const MAX_BACKOFF_MS = 30_000
/** A store that asks for a longer wait is not obeyed. */
export const MAX_RETRY_AFTER_MS = 15 * 60_000
export const OFFLINE_RECHECK_MS = 30_000
/** In case no event announces that the computer wakes; its timers stop while it sleeps. */
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
    // The network did not answer. On a train that can last for hours, and it still ends.
    case 'no-response':
      return failure.isOnlyPage === true
        ? retryOrAsk(MAX_FRESH_TRIES, tries, backoff)
        : { kind: 'retry', afterMs: backoff, costsTry: false }
    case 'stalled':
    case 'host-not-found':
    case 'host-unreachable':
    // Every attempt asks the cloud service for the bytes; they come once it can be reached.
    case 'source-in-cloud':
      return { kind: 'retry', afterMs: backoff, costsTry: false }
    case 'proxy-failed':
      // A proxy recovers, or a laptop leaves its network; a missing certificate or sign-in does not
      // resolve itself.
      return failure.reason === 'untrusted' || failure.reason === 'unsupported'
        ? { kind: 'ask-and-retry', afterMs: userFixWaitMs(jitter) }
        : { kind: 'retry', afterMs: backoff, costsTry: false }
    case 'tls-failed':
      // A hotel network answers in place of the store until the user signs in to it.
      return isAboutOwnCertificate(failure.reason)
        ? { kind: 'ask-user' }
        : { kind: 'ask-and-retry', afterMs: userFixWaitMs(jitter) }
    case 'network-blocked':
      // A firewall or a policy may be changed meanwhile; no browser ever uses a blocked port.
      return failure.by === 'port'
        ? { kind: 'ask-user' }
        : { kind: 'ask-and-retry', afterMs: userFixWaitMs(jitter) }
    case 'throttled': {
      const asked = Math.min(failure.retryAfterMs ?? 0, MAX_RETRY_AFTER_MS)
      return { kind: 'retry', afterMs: Math.max(asked, backoff), costsTry: false }
    }
    case 'host-gone': {
      // The host may be restarting; the store was not asked, so this does not count as an attempt.
      const afterMs = HOST_WAIT_MS.least + jitter * HOST_WAIT_MS.spread
      return { kind: 'retry', afterMs, costsTry: false }
    }
    case 'server-error':
      // The network requires the user to sign in first; until then nothing else gets through.
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
      // A broken answer looks the same, and is no reason to wait for the user all night.
      return retryOrAsk(MAX_FRESH_TRIES, tries, backoff)
    case 'request-rewritten':
      return { kind: tries < MAX_REWRITTEN_TRIES ? 'prepare-again' : 'ask-user' }
    case 'skipped':
      return { kind: 'end' }
    case 'credentials-expired':
      return { kind: tries <= MAX_CREDENTIAL_TRIES ? 'prepare-again' : 'ask-user' }
    case 'keys-unavailable':
      // The only one of these failures that the network may resolve.
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
    // Sending the same bytes again resolves none of these.
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

/** The wait before a retry when the cause is on this computer. */
function userFixWaitMs(jitter: number): number {
  return USER_FIX_WAIT_MS.least + jitter * USER_FIX_WAIT_MS.spread
}

/**
 * The host looks up the cause: another object with the same object key, or a 404 that does not say
 * what is missing. Preparing sends no part.
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

/** Adds the failure that `recoveryFrom` is asked about, as if it counted as an attempt. */
export function withFailure(budget: RetryBudget): RetryBudget {
  return { ...budget, failures: budget.failures + 1, tries: budget.tries + 1 }
}

/** Adds a failure whose recovery is decided. */
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
 * The failure once the network's state is known: no answer while the browser is offline means
 * offline. The hint alone stops nothing, since a bucket on this computer answers without any
 * network, and some systems report "offline" while the network works.
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

/** A change of the network may have resolved it: worth an immediate attempt. */
export function isRetriedOnNetworkChange(failure: Failure): boolean {
  return RETRIED_ON_NETWORK_CHANGE.has(failure.kind) || SILENCE.has(failure.kind)
}

/** The host cannot store the change now but may be able to later, so it is sent again. */
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
