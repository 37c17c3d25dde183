import type { Destination } from '../../../electron/contract/commands/destinations.ts'
import type { DestinationField } from '../../../electron/contract/failure/kinds.ts'
import { unreachable } from '../../../electron/lib/unreachable.ts'
import { CheckDialog } from './check-dialog.tsx'
import { ConnectDialog } from './connect-dialog.tsx'
import { ForgetDialog } from './forget-dialog.tsx'
import { AppearanceDialog } from './look-dialog.tsx'
import { PoliciesDialog } from './policies-dialog.tsx'
import { RulesDialog } from './rules-dialog.tsx'
import { SignInAgain } from './sign-in-again.tsx'

export type DialogName = 'edit' | 'look' | 'rules' | 'check' | 'policies' | 'sign-in' | 'forget'

/** The one dialog about destinations that is open. */
export type OpenDialog =
  | { readonly name: 'connect' }
  | {
      readonly name: 'edit'
      readonly destination: Destination
      /** To begin at; null: the form's first. */
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
    case 'look':
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
      // It stays mounted, so that its words are there while it fades out.
      return null
    default:
      return unreachable(open)
  }
}
