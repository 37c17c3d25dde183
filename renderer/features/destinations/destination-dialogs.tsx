import { useState } from 'react'
import type { Destination } from '../../../electron/contract/commands/destinations.ts'
import type { DestinationField } from '../../../electron/contract/destination-draft.ts'
import { unreachable } from '../../../electron/lib/unreachable.ts'
import { useServices } from '../../app/services.tsx'
import { ConfirmDialog } from '../../design/dialog.tsx'
import { useToasts } from '../../design/toasts.tsx'
import { failureSentence } from '../../failures/failure-text.ts'
import { CheckDialog } from './check/check-dialog.tsx'
import { ConnectDialog } from './connect/connect-dialog.tsx'
import { SignInAgain } from './credentials/sign-in-dialog.tsx'
import { AppearanceDialog } from './list/appearance-dialog.tsx'
import { PoliciesDialog } from './policies/policies-dialog.tsx'
import { RulesDialog } from './rules/rules-dialog.tsx'

export type DialogName =
  | 'edit'
  | 'appearance'
  | 'rules'
  | 'check'
  | 'policies'
  | 'sign-in'
  | 'forget'

export type OpenDialog =
  | { readonly name: 'connect' }
  | {
      readonly name: 'edit'
      readonly destination: Destination
      /** Gets the focus; null: the first field. */
      readonly field: DestinationField | null
    }
  | { readonly name: Exclude<DialogName, 'edit'>; readonly destination: Destination }

export function DestinationDialogs({
  open,
  onClose,
}: {
  readonly open: OpenDialog | null
  readonly onClose: () => void
}) {
  const forgotten = open?.name === 'forget' ? open.destination : null
  return (
    <>
      {open !== null && <CurrentDialog open={open} onClose={onClose} />}
      <ForgetDialog destination={forgotten} onClose={onClose} />
    </>
  )
}

function CurrentDialog({
  open,
  onClose,
}: {
  readonly open: OpenDialog
  readonly onClose: () => void
}) {
  switch (open.name) {
    case 'connect':
      return <ConnectDialog editing={null} field={null} onClose={onClose} />
    case 'edit':
      return <ConnectDialog editing={open.destination} field={open.field} onClose={onClose} />
    case 'appearance':
      return <AppearanceDialog destination={open.destination} onClose={onClose} />
    case 'rules':
      return <RulesDialog destination={open.destination} onClose={onClose} />
    case 'check':
      return <CheckDialog destination={open.destination} onClose={onClose} />
    case 'policies':
      return <PoliciesDialog destination={open.destination} onClose={onClose} />
    case 'sign-in':
      return <SignInAgain destination={open.destination} onClose={onClose} />
    case 'forget':
      // It is mounted above, so that it keeps its text while it fades out.
      return null
    default:
      return unreachable(open)
  }
}

/** Forgets a connection and leaves the bucket alone. */
function ForgetDialog({
  destination,
  onClose,
}: {
  readonly destination: Destination | null
  readonly onClose: () => void
}) {
  const { commands, appState } = useServices()
  const { say } = useToasts()
  // Keeps the text while the dialog fades out.
  const [shown, setShown] = useState(destination)
  if (destination !== null && destination !== shown) setShown(destination)
  if (shown === null) return null
  const forget = async () => {
    const answer = await commands.forgetDestination({ destinationId: shown.destinationId })
    if (answer.ok) await appState.refresh()
    else if (answer.failure.kind === 'in-use') {
      say(`${shown.name} is still in use.`, 'Wait for its uploads, or cancel them first.')
    } else say(failureSentence(answer.failure))
  }
  return (
    <ConfirmDialog
      isOpen={destination !== null}
      title={`Forget ${shown.name}?`}
      confirmLabel="Forget"
      cancelLabel="Keep"
      onConfirm={() => void forget()}
      onClose={onClose}
    >
      {forgetText(shown)}
    </ConfirmDialog>
  )
}

function forgetText({ kind, credentials }: Destination): string {
  if (kind === 'local') return 'Its files stay in their folder. Links to them stop working.'
  const rest = 'The files and links in the bucket stay as they are.'
  return credentials.kind === 'keys'
    ? `Ferry wipes its keys from this computer. ${rest}`
    : `Its keys come from elsewhere and stay there. ${rest}`
}
