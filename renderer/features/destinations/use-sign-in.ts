import { useEffect, useRef, useState } from 'react'
import type {
  CredentialSource,
  SignInStep,
} from '../../../electron/contract/commands/credentials.ts'
import type { Outcome } from '../../../electron/contract/outcome.ts'
import { useServices } from '../services/services.tsx'
import {
  pendingSignIn,
  type SignInRequest,
  type SignInState,
  signInStateAfter,
} from './sign-in-state.ts'

export interface SignIn {
  readonly state: SignInState
  readonly sendCode: (serial: string, code: string) => void
  readonly startOver: () => void
}

/** Signs in to where the keys come from, beginning at once; ends the attempt when it is closed. */
export function useSignIn(source: CredentialSource, onDone: () => void): SignIn {
  const { commands } = useServices()
  const [state, setState] = useState<SignInState>({ phase: 'asking' })
  const calls = useRef({ attempt: 0, state, onDone })
  calls.current.onDone = onDone

  const enter = (next: SignInState) => {
    calls.current.state = next
    setState(next)
  }
  /** Nobody waits for this answer any more; the host would go on asking for a confirmation. */
  const giveUp = (answer: Outcome<SignInStep>) => {
    if (!answer.ok || answer.value.step !== 'browser') return
    void commands.cancelSignIn({ signInId: answer.value.signInId })
  }
  const ask = async (asked: SignInRequest, call: () => Promise<Outcome<SignInStep>>) => {
    const { attempt } = calls.current
    const answer = await call()
    if (calls.current.attempt !== attempt) return giveUp(answer)
    const next = signInStateAfter(asked, answer, Date.now())
    enter(next)
    if (next.phase === 'done') calls.current.onDone()
    if (next.phase !== 'browser') return
    const { signInId } = next.at
    await ask({ asked: 'wait', at: next.at }, () => commands.awaitSignIn({ signInId }))
  }
  const start = () => {
    calls.current.attempt += 1
    enter({ phase: 'asking' })
    void ask({ asked: 'start' }, () => commands.signIn({ source, code: null }))
  }
  const end = () => {
    calls.current.attempt += 1
    const signInId = pendingSignIn(calls.current.state)
    if (signInId !== null) void commands.cancelSignIn({ signInId })
  }
  const first = useRef({ start, end })
  useEffect(() => {
    first.current.start()
    return () => first.current.end()
  }, [])

  return {
    state,
    startOver: start,
    sendCode(serial, code) {
      enter({ phase: 'asking' })
      void ask({ asked: 'code', serial }, () => commands.signIn({ source, code }))
    },
  }
}
