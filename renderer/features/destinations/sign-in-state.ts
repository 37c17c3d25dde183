import type { SignInId, SignInStep } from '../../../electron/contract/commands/credentials.ts'
import type { Failure } from '../../../electron/contract/failure/kinds.ts'
import type { Outcome } from '../../../electron/contract/outcome.ts'
import { unreachable } from '../../../electron/lib/unreachable.ts'

type BrowserStep = Extract<SignInStep, { step: 'browser' }>

/** Where a sign-in stands. */
export type SignInState =
  | { readonly phase: 'asking' }
  | { readonly phase: 'code'; readonly serial: string; readonly isWrong: boolean }
  | { readonly phase: 'browser'; readonly at: BrowserStep }
  /** Not confirmed: refused, or confirmed by nobody in time. */
  | { readonly phase: 'refused' }
  | { readonly phase: 'expired' }
  | { readonly phase: 'failed'; readonly failure: Failure }
  | { readonly phase: 'done' }

/** What the host was asked last. */
export type SignInRequest =
  | { readonly asked: 'start' }
  | { readonly asked: 'code'; readonly serial: string }
  | { readonly asked: 'wait'; readonly at: BrowserStep }

/** What follows from the host's answer. */
export function signInStateAfter(
  before: SignInRequest,
  answer: Outcome<SignInStep>,
  nowMs: number,
): SignInState {
  if (!answer.ok) return stateAfterFailure(before, answer.failure, nowMs)
  switch (answer.value.step) {
    case 'ready':
      return { phase: 'done' }
    case 'code':
      return { phase: 'code', serial: answer.value.serial, isWrong: before.asked === 'code' }
    case 'browser':
      return { phase: 'browser', at: answer.value }
    default:
      return unreachable(answer.value)
  }
}

function stateAfterFailure(before: SignInRequest, failure: Failure, nowMs: number): SignInState {
  const isUnconfirmed = failure.kind === 'sign-in-needed'
  if (isUnconfirmed && before.asked === 'code') {
    return { phase: 'code', serial: before.serial, isWrong: true }
  }
  if (isUnconfirmed && before.asked === 'wait') {
    return { phase: nowMs >= before.at.expiresAtMs ? 'expired' : 'refused' }
  }
  return { phase: 'failed', failure }
}

/** What the host would go on waiting for. */
export function pendingSignIn(state: SignInState): SignInId | null {
  return state.phase === 'browser' ? state.at.signInId : null
}
