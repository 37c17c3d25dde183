import { useState } from 'react'
import type { Destination } from '../../../electron/contract/commands/destinations.ts'
import { Button } from '../../design/button.tsx'
import { Dialog } from '../../design/dialog.tsx'
import { formatMoment } from '../../design/format.ts'
import { FailureNotice } from '../../failures/failure-details.tsx'
import { ConfirmationPending } from '../services/asked-outside.tsx'
import { useAppState, useServices } from '../services/services.tsx'
import { CheckList } from './check-report.tsx'
import { retryAfterConnection } from './retry-stuck.ts'
import { SignInDialog } from './sign-in-dialog.tsx'
import { useSavedCheck } from './use-saved-check.ts'

/** Checks a saved destination as soon as it opens. Mounted only while it is open. */
export function CheckDialog({
  destination,
  onClose,
}: {
  readonly destination: Destination
  readonly onClose: () => void
}) {
  const { queue } = useServices()
  const { destinations } = useAppState()
  const now = destinations.find((each) => each.destinationId === destination.destinationId)
  const check = useSavedCheck(now ?? destination)
  const [isSigningIn, setIsSigningIn] = useState(false)
  const checkedAtMs = now?.findings?.checkedAtMs ?? null
  return (
    <Dialog
      isOpen
      isWide
      onClose={onClose}
      title={`Check ${destination.name}`}
      description={
        checkedAtMs === null || check.isRunning
          ? 'Ferry makes real requests with tiny files of its own, and clears up after itself.'
          : `Last checked ${formatMoment(checkedAtMs, Date.now())}.`
      }
      footer={
        <>
          <Button disabled={check.isRunning} onClick={check.start}>
            {check.isRunning ? 'Checking…' : 'Check again'}
          </Button>
          <Button tone="primary" onClick={onClose}>
            {check.isRunning ? 'Stop' : 'Done'}
          </Button>
        </>
      }
    >
      <ConfirmationPending />
      {check.failure !== null && (
        <FailureNotice failure={check.failure} at={destination} of={destination.name} />
      )}
      {(check.isRunning || check.lines.length > 0) && (
        <CheckList
          lines={check.lines}
          isRunning={check.isRunning}
          notes={check.notes}
          prefix={destination.prefix}
          at={destination}
          onFix={(fix) =>
            fix.kind === 'sign-in' ? setIsSigningIn(true) : void check.applyFix(fix)
          }
        />
      )}
      {isSigningIn && (
        <SignInDialog
          source={destination.credentials}
          onDone={() => {
            setIsSigningIn(false)
            retryAfterConnection(queue, destination)
            check.start()
          }}
          onClose={() => setIsSigningIn(false)}
        />
      )}
    </Dialog>
  )
}
