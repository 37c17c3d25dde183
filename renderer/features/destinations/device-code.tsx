import { useRef, useState } from 'react'
import { Button } from '../../design/button.tsx'
import { TextField } from '../../design/field.tsx'
import { Isolated } from '../../design/isolated.tsx'
import type { SignInState } from './sign-in-state.ts'

const SIX_DIGITS = /^\d{6}$/

/** Asks for what a device shows at this moment. */
export function DeviceCode({
  state: { serial, isWrong },
  onSend,
}: {
  readonly state: Extract<SignInState, { phase: 'code' }>
  readonly onSend: (code: string) => void
}) {
  const input = useRef<HTMLInputElement>(null)
  const [problem, setProblem] = useState<string | null>(
    isWrong ? 'This code was not accepted. Wait for the next one, and enter that.' : null,
  )
  const send = () => {
    const code = input.current?.value.replaceAll(/\s/g, '') ?? ''
    if (SIX_DIGITS.test(code)) return onSend(code)
    setProblem('Enter the six digits that the device shows.')
    input.current?.focus()
  }
  return (
    <form
      noValidate
      className="sign-in-form"
      onSubmit={(event) => {
        event.preventDefault()
        // A dialog inside a dialog: React would pass it on to the outer form.
        event.stopPropagation()
        send()
      }}
    >
      <p>
        These keys ask for the six digits of your device{' '}
        <b className="sign-in-serial">
          <Isolated text={serial} />
        </b>
        .
      </p>
      <TextField
        ref={input}
        autoFocus
        label="Code"
        inputMode="numeric"
        autoComplete="one-time-code"
        maxLength={7}
        problem={problem ?? undefined}
        onChange={() => setProblem(null)}
      />
      <div className="sign-in-buttons">
        <Button tone="primary" type="submit">
          Sign in
        </Button>
      </div>
    </form>
  )
}
