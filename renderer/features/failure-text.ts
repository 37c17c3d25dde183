import type { Failure } from '../../electron/contract/failure.ts'
import { clockDifference } from './failure-words/clock-difference.ts'
import { connectionWords } from './failure-words/connection-words.ts'
import { type FailureAction, type FailureText, text } from './failure-words/words.ts'

export type { FailureAction, FailureText } from './failure-words/words.ts'

/** The only place where failures become words. A new kind does not compile until it has some. */
export function failureText(failure: Failure, nowMs: number = Date.now()): FailureText {
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
    default:
      return connectionWords(failure)
  }
}

/** Problem and way out in one breath. */
export function failureSentence(failure: Failure, nowMs: number = Date.now()): string {
  const { problem, wayOut } = failureText(failure, nowMs)
  return `${problem} ${wayOut}`
}

export const ACTION_LABELS: Record<FailureAction, string> = {
  retry: 'Retry',
  'edit-connection': 'Edit connection',
  'enter-keys': 'Enter keys',
  'sign-in': 'Sign in again',
  'choose-file': 'Choose the file',
  'upload-again': 'Upload again',
  'open-data-folder': 'Open folder',
  'open-bucket-folder': 'Open folder',
  reload: 'Reload',
}
