import './sign-in-dialog.css'
import { useRef, useState } from 'react'
import type { CredentialSource } from '../../../../electron/contract/commands/credentials.ts'
import type { Destination } from '../../../../electron/contract/commands/destinations.ts'
import { unreachable } from '../../../../electron/lib/unreachable.ts'
import { ConfirmationPending } from '../../../app/host-status.tsx'
import { useServices } from '../../../app/services.tsx'
import { Button, buttonClass } from '../../../design/button.tsx'
import { Dialog } from '../../../design/dialog.tsx'
import { TextField } from '../../../design/field.tsx'
import { formatCount } from '../../../design/format.ts'
import { Isolated } from '../../../design/isolated.tsx'
import { Notice } from '../../../design/notice.tsx'
import { useToasts } from '../../../design/toasts.tsx'
import { failureText } from '../../../failures/failure-text.ts'
import { retryAfterSignIn } from '../retry-uploads.ts'
import { type SignIn, type SignInState, useSignIn } from './use-sign-in.ts'

/**
 * Signs in to the source of the keys as soon as it is mounted. `onDone` is called when there are
 * keys, or accounts to choose from; by then the `count` uploads that waited for it continue.
 */
export function SignInDialog({
  source,
  onDone,
  onClose,
}: {
  readonly source: CredentialSource
  readonly onDone: (count: number) => void
  readonly onClose: () => void
}) {
  const { queue, appState } = useServices()
  const signIn = useSignIn(source, () =>
    onDone(retryAfterSignIn(queue, appState.snapshot().destinations, source)),
  )
  return (
    <Dialog isOpen keepOpenOnPress onClose={onClose} title="Sign in">
      <div className="sign-in">
        <CurrentStep signIn={signIn} />
      </div>
    </Dialog>
  )
}

function CurrentStep({ signIn: { state, sendCode, startOver } }: { readonly signIn: SignIn }) {
  switch (state.phase) {
    case 'asking':
    case 'done':
      return (
        <>
          <p role="status">One moment…</p>
          <ConfirmationPending />
        </>
      )
    case 'code':
      return <DeviceCode state={state} onSend={(code) => sendCode(state.serial, code)} />
    case 'browser':
      return <BrowserStep state={state} />
    case 'refused':
      return (
        <Ended title="The sign-in was not confirmed." onAgain={startOver}>
          It was refused on the sign-in page. Nothing was changed.
        </Ended>
      )
    case 'expired':
      return (
        <Ended title="The code has expired." onAgain={startOver}>
          It was not confirmed in time. Try again to get a new one.
        </Ended>
      )
    case 'failed': {
      const { problem, wayOut } = failureText(state.failure)
      return (
        <Ended title={problem} onAgain={startOver}>
          {wayOut}
        </Ended>
      )
    }
    default:
      return unreachable(state)
  }
}

function Ended({
  title,
  children,
  onAgain,
}: {
  readonly title: string
  readonly children: string
  readonly onAgain: () => void
}) {
  return (
    <Notice
      tone="warn"
      role="alert"
      title={title}
      action={
        <Button tone="primary" onClick={onAgain}>
          Try again
        </Button>
      }
    >
      <p>{children}</p>
    </Notice>
  )
}

function BrowserStep({
  state: { at },
}: {
  readonly state: Extract<SignInState, { phase: 'browser' }>
}) {
  return (
    <>
      <p>Open the sign-in page, check that it shows this code, and confirm it there:</p>
      <p className="sign-in-code">
        <output aria-label="Code">
          <Isolated text={at.userCode} />
        </output>
      </p>
      <div className="sign-in-buttons">
        <a
          className={buttonClass('primary')}
          href={at.url}
          target="_blank"
          rel="noopener noreferrer"
        >
          Open the sign-in page
        </a>
        <CopyCode code={at.userCode} />
      </div>
      <p className="field-hint">
        The page is at <Isolated text={new URL(at.url).host} />.
      </p>
      <p role="status" className="field-hint">
        Waiting for you to confirm…
      </p>
    </>
  )
}

function CopyCode({ code }: { readonly code: string }) {
  const [status, setStatus] = useState('')
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(code)
      setStatus('Copied')
    } catch {
      // The browser refused; the user can still select the code.
      setStatus('Select the code to copy it')
    }
  }
  return (
    <>
      <Button onClick={() => void copy()}>Copy code</Button>
      <span role="status" className="field-hint">
        {status}
      </span>
    </>
  )
}

const SIX_DIGITS = /^\d{6}$/

/** Asks for the current code of a multi-factor authentication device. */
function DeviceCode({
  state: { serial, isWrong },
  onSend,
}: {
  readonly state: Extract<SignInState, { phase: 'code' }>
  readonly onSend: (code: string) => void
}) {
  const input = useRef<HTMLInputElement>(null)
  const [problem, setProblem] = useState<string | null>(
    isWrong ? 'This code was not accepted. Wait for the next one and enter it.' : null,
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
        // React would bubble the event to the form around this dialog.
        event.stopPropagation()
        send()
      }}
    >
      <p>
        Enter the six-digit code from your device{' '}
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

/** Signs in for a destination, from its menu. */
export function SignInAgain({
  destination,
  onClose,
}: {
  readonly destination: Destination
  readonly onClose: () => void
}) {
  const { say } = useToasts()
  const onDone = (count: number) => {
    const goingOn = `${formatCount(count, 'upload continues', 'uploads continue')}.`
    say('You are signed in.', count === 0 ? undefined : goingOn)
    onClose()
  }
  return <SignInDialog source={destination.credentials} onDone={onDone} onClose={onClose} />
}
