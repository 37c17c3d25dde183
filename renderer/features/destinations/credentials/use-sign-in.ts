import { useEffect, useEffectEvent, useRef, useState } from 'react'
import type {
  CredentialSource,
  SignInId,
  SignInStep,
} from '../../../../electron/contract/commands/credentials.ts'
import type { Failure } from '../../../../electron/contract/failure/kinds.ts'
import type { Outcome } from '../../../../electron/contract/outcome.ts'
import { unreachable } from '../../../../electron/lib/unreachable.ts'
import { useServices } from '../../../app/services.tsx'

type BrowserStep = Extract<SignInStep, { step: 'browser' }>

export type SignInState =
  | { readonly phase: 'asking' }
  | { readonly phase: 'code'; readonly serial: string; readonly isWrong: boolean }
  | { readonly phase: 'browser'; readonly at: BrowserStep }
  /** The user refused it on the sign-in page. */
  | { readonly phase: 'refused' }
  | { readonly phase: 'expired' }
  | { readonly phase: 'failed'; readonly failure: Failure }
  | { readonly phase: 'done' }

/** The last request to the host. */
type SignInRequest =
  | { readonly request: 'start' }
  | { readonly request: 'code'; readonly serial: string }
  | { readonly request: 'wait'; readonly at: BrowserStep }

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
      return { phase: 'code', serial: answer.value.serial, isWrong: before.request === 'code' }
    case 'browser':
      return { phase: 'browser', at: answer.value }
    default:
      return unreachable(answer.value)
  }
}

function stateAfterFailure(before: SignInRequest, failure: Failure, nowMs: number): SignInState {
  const isUnconfirmed = failure.kind === 'sign-in-needed'
  if (isUnconfirmed && before.request === 'code') {
    return { phase: 'code', serial: before.serial, isWrong: true }
  }
  if (isUnconfirmed && before.request === 'wait') {
    return { phase: nowMs >= before.at.expiresAtMs ? 'expired' : 'refused' }
  }
  return { phase: 'failed', failure }
}

/** The sign-in that the host is polling for. */
export function pendingSignIn(state: SignInState): SignInId | null {
  return state.phase === 'browser' ? state.at.signInId : null
}

export interface SignIn {
  readonly state: SignInState
  readonly sendCode: (serial: string, code: string) => void
  readonly startOver: () => void
}

/** Starts to sign in on mount, and cancels the attempt on unmount. */
export function useSignIn(source: CredentialSource, onDone: () => void): SignIn {
  const { commands } = useServices()
  const [state, setState] = useState<SignInState>({ phase: 'asking' })
  const latest = useRef({ attempt: 0, state })

  const enter = (next: SignInState) => {
    latest.current.state = next
    setState(next)
  }
  /** An answer for an earlier attempt: without this, the host would keep polling for it. */
  const cancelLate = (answer: Outcome<SignInStep>) => {
    if (!answer.ok || answer.value.step !== 'browser') return
    void commands.cancelSignIn({ signInId: answer.value.signInId })
  }
  const send = async (request: SignInRequest, call: () => Promise<Outcome<SignInStep>>) => {
    const { attempt } = latest.current
    const answer = await call()
    if (latest.current.attempt !== attempt) return cancelLate(answer)
    const next = signInStateAfter(request, answer, Date.now())
    enter(next)
    if (next.phase !== 'browser') return
    const { signInId } = next.at
    await send({ request: 'wait', at: next.at }, () => commands.awaitSignIn({ signInId }))
  }
  const start = () => {
    latest.current.attempt += 1
    enter({ phase: 'asking' })
    void send({ request: 'start' }, () => commands.signIn({ source, code: null }))
  }
  const end = () => {
    latest.current.attempt += 1
    const signInId = pendingSignIn(latest.current.state)
    if (signInId !== null) void commands.cancelSignIn({ signInId })
  }
  const onMount = useEffectEvent(start)
  const onUnmount = useEffectEvent(end)
  useEffect(() => {
    onMount()
    return () => onUnmount()
  }, [])

  const isDone = state.phase === 'done'
  const finish = useEffectEvent(onDone)
  useEffect(() => {
    if (isDone) finish()
  }, [isDone])

  return {
    state,
    startOver: start,
    sendCode(serial, code) {
      enter({ phase: 'asking' })
      void send({ request: 'code', serial }, () => commands.signIn({ source, code }))
    },
  }
}
