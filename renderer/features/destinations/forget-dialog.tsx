import { useRef } from 'react'
import type { Destination } from '../../../electron/contract/commands/destinations.ts'
import { ConfirmDialog } from '../../design/dialog.tsx'
import { useToasts } from '../../design/toasts.tsx'
import { failureSentence } from '../../failures/failure-text.ts'
import { useServices } from '../services/services.tsx'

/** Forgets a connection; the bucket itself is left alone. */
export function ForgetDialog({
  destination,
  onClose,
}: {
  readonly destination: Destination | null
  readonly onClose: () => void
}) {
  const { commands, appState } = useServices()
  const { say } = useToasts()
  // The words stay while the dialog fades out.
  const last = useRef(destination)
  if (destination !== null) last.current = destination
  const shown = last.current
  if (shown === null) return null
  const forget = async () => {
    const answer = await commands.forgetDestination({ destinationId: shown.destinationId })
    if (answer.ok) await appState.refresh()
    else if (answer.failure.kind === 'not-now') {
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
