import type { Failure } from '../../electron/contract/failure/kinds.ts'
import { connectionWords } from './connection-words.ts'
import { clockDifference } from './network-words.ts'
import { type FailureAction, type FailureDestination, type FailureText, text } from './words.ts'

export type {
  FailureAction,
  FailureDestination,
  FailureText,
} from './words.ts'

/**
 * The only place where failures become words. A new kind does not compile until it has some.
 * @param at the destination, where there is one: who can act, and where, depends on its store and on
 * where its keys come from.
 */
export function failureText(
  failure: Failure,
  nowMs: number = Date.now(),
  at: FailureDestination | null = null,
): FailureText {
  switch (failure.kind) {
    case 'offline':
      return text('This computer is offline.', 'Ferry goes on when the network is back.')
    case 'stalled':
      return text(
        'The connection to the store went silent.',
        'The parts already sent are kept; try again.',
        'retry',
      )
    case 'server-error':
      // RFC 6585 section 6: said by a hotel's or a train's network, not by the store.
      if (failure.status === 511) {
        return text(
          'The network wants you to sign in to it first (511).',
          'Open any web page to sign in to the network; Ferry goes on by itself afterwards.',
          'retry',
        )
      }
      return text(
        `The store has trouble of its own (error ${failure.status}).`,
        'The parts already sent are kept; try again in a moment.',
        'retry',
      )
    case 'throttled':
      return text(
        'The store asks for fewer requests.',
        'Wait a little, then try again; nothing is lost.',
        'retry',
      )
    case 'no-response':
      return text(
        failure.isOnlyPage === true
          ? 'The store does not answer this window, although Ferry itself reaches it.'
          : 'The store does not answer.',
        'Check the network, a VPN or proxy, and that the bucket allows uploads from this window (CORS), then try again.',
        'retry',
      )
    case 'body-corrupted':
      return text(
        'Some bytes changed on their way, and the store refused them.',
        'Try again; if it happens often, check the network hardware.',
        'retry',
      )
    case 'url-expired':
      return text(
        'The permission for this part ran out before it was sent.',
        'Try again; Ferry signs it anew.',
        'retry',
      )
    case 'clock-skewed':
      return text(
        clockDifference(failure.serverTimeMs, nowMs),
        'Set the clock, then try again.',
        'retry',
      )
    case 'upload-gone':
      return text(
        'The store no longer knows this unfinished upload.',
        'Try again; the file is sent from the start.',
        'retry',
      )
    case 'object-missing':
      return text(
        'The store took the whole file but shows no complete object.',
        'Try again; the file is sent from the start.',
        'retry',
      )
    case 'source-in-cloud':
      return text(
        'This file is kept in the cloud and is not on this computer yet.',
        'Ferry tries again by itself. To speed it up, open the file, and check that the service that keeps it (iCloud, OneDrive, Dropbox) runs and is online.',
        'retry',
      )
    default:
      return connectionWords(failure, at)
  }
}

/**
 * The parts are too long. Their length is fixed when an upload begins, so that only beginning it
 * again makes them shorter.
 */
export function isPlanToBlame(failure: Failure): boolean {
  if (failure.kind === 'request-too-large') return true
  return failure.kind === 'too-large' && failure.answer !== undefined
}

/** Problem and way out in one breath. */
export function failureSentence(
  failure: Failure,
  nowMs: number = Date.now(),
  at: FailureDestination | null = null,
): string {
  const { problem, wayOut } = failureText(failure, nowMs, at)
  return `${problem} ${wayOut}`
}

export const ACTION_LABELS: Record<FailureAction, string> = {
  retry: 'Retry',
  'edit-connection': 'Edit connection',
  'edit-rules': 'Open rules',
  'enter-keys': 'Enter keys',
  'sign-in': 'Sign in again',
  'enter-proxy-password': 'Enter password',
  'choose-file': 'Choose the file',
  'upload-again': 'Upload again',
  'open-data-folder': 'Open folder',
  'open-bucket-folder': 'Open folder',
  reload: 'Reload',
}
