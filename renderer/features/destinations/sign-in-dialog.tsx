import { useState } from 'react'
import type { CredentialSource } from '../../../electron/contract/commands/credentials.ts'
import { unreachable } from '../../../electron/lib/unreachable.ts'
import { Button, buttonClass } from '../../design/button.tsx'
import { Dialog } from '../../design/dialog.tsx'
import { Notice } from '../../design/notice.tsx'
import { failureText } from '../../failures/failure-text.ts'
import { ConfirmationPending } from '../services/asked-outside.tsx'
import { useServices } from '../services/services.tsx'
import { DeviceCode } from './device-code.tsx'
import { retryAfterSignIn } from './retry-stuck.ts'
import type { SignInState } from './sign-in-state.ts'
import { type SignIn, useSignIn } from './use-sign-in.ts'
import './sign-in-dialog.css'
import { Isolated } from '../../design/isolated.tsx'

/**
 * Signs in to where keys come from. Mounted only while it is open; it begins by itself.
 * `onDone` is called when there are keys, or a sign-in to choose an account from; uploads that
 * waited for it, `count` of them, go on by then.
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
        <Ended title="The code ran out." onAgain={startOver}>
          Nobody confirmed it in time. A new one is made when you try again.
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
      <p>Open the sign-in page, see that it shows this code, and confirm it there:</p>
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
  const [said, setSaid] = useState('')
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(code)
      setSaid('Copied')
    } catch {
      // Refused by the browser; the code stands there to be selected.
      setSaid('Select the code to copy it')
    }
  }
  return (
    <>
      <Button onClick={() => void copy()}>Copy code</Button>
      <span role="status" className="field-hint">
        {said}
      </span>
    </>
  )
}
