import type { Destination } from '../../../electron/contract/commands/destinations.ts'
import type { DestinationField } from '../../../electron/contract/failure/kinds.ts'
import { unreachable } from '../../../electron/lib/unreachable.ts'
import { CheckDialog } from './check-dialog.tsx'
import { ConnectDialog } from './connect-dialog.tsx'
import { ForgetDialog } from './forget-dialog.tsx'
import { LookDialog } from './look-dialog.tsx'
import { PoliciesDialog } from './policies-dialog.tsx'
import { RulesDialog } from './rules-dialog.tsx'
import { SignInAgain } from './sign-in-again.tsx'

export type SheetName = 'edit' | 'look' | 'rules' | 'check' | 'policies' | 'sign-in' | 'forget'

/** The one dialog about destinations that is open. */
export type OpenSheet =
  | { readonly name: 'connect' }
  | {
      readonly name: 'edit'
      readonly destination: Destination
      /** To begin at; null: the form's first. */
      readonly field: DestinationField | null
    }
  | { readonly name: Exclude<SheetName, 'edit'>; readonly destination: Destination }

export function DestinationSheets({
  open,
  onClose,
}: {
  readonly open: OpenSheet | null
  readonly onClose: () => void
}) {
  const forgotten = open?.name === 'forget' ? open.destination : null
  return (
    <>
      {open !== null && <Sheet open={open} onClose={onClose} />}
      <ForgetDialog destination={forgotten} onClose={onClose} />
    </>
  )
}

function Sheet({ open, onClose }: { readonly open: OpenSheet; readonly onClose: () => void }) {
  switch (open.name) {
    case 'connect':
      return <ConnectDialog editing={null} field={null} onClose={onClose} />
    case 'edit':
      return <ConnectDialog editing={open.destination} field={open.field} onClose={onClose} />
    case 'look':
      return <LookDialog destination={open.destination} onClose={onClose} />
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
