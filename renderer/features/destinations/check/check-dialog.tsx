import { useEffect, useRef, useState } from 'react'
import type { CheckFix, CheckLine } from '../../../../electron/contract/commands/checks.ts'
import type { Destination } from '../../../../electron/contract/commands/destinations.ts'
import type {
  DestinationDraft,
  DraftNote,
} from '../../../../electron/contract/destination-draft.ts'
import type { Failure } from '../../../../electron/contract/failure/kinds.ts'
import { endpointOf, providerOf } from '../../../../electron/contract/providers/lookup.ts'
import { unreachable } from '../../../../electron/lib/unreachable.ts'
import { ConfirmationPending } from '../../../app/host-status.tsx'
import { useAppState, useServices } from '../../../app/services.tsx'
import { Button } from '../../../design/button.tsx'
import { Dialog } from '../../../design/dialog.tsx'
import { formatMoment } from '../../../design/format.ts'
import { FailureNotice } from '../../../failures/failure-details.tsx'
import { formOf, withRegion } from '../connect/form-draft.ts'
import { SignInDialog } from '../credentials/sign-in-dialog.tsx'
import { retryAfterConnection } from '../retry-uploads.ts'
import { CheckList } from './check-report.tsx'
import { useCheck } from './use-check.ts'

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

export interface SavedCheck {
  readonly lines: readonly CheckLine[]
  readonly notes: readonly DraftNote[]
  readonly isRunning: boolean
  /** Why the check did not run, or the last fix was not made. */
  readonly failure: Failure | null
  readonly start: () => void
  readonly applyFix: (fix: Exclude<CheckFix, { kind: 'sign-in' }>) => Promise<void>
}

/** The check of a saved destination: it begins by itself, and ends with the component. */
export function useSavedCheck(destination: Destination): SavedCheck {
  const { commands, appState, queue } = useServices()
  const check = useCheck()
  const [failure, setFailure] = useState<Failure | null>(null)

  const run = async (draft: DestinationDraft) => {
    setFailure(null)
    const answer = await check.start(draft)
    if (answer === null) return
    if (!answer.ok) return setFailure(answer.failure)
    // What it learnt is kept with the destination.
    await appState.refresh()
  }
  const moveTo = async (region: string) => {
    const answer = await commands.saveDestination(draftInRegion(destination, region))
    if (!answer.ok) return setFailure(answer.failure)
    await appState.refresh()
    retryAfterConnection(queue, destination)
    await run(draftOf(answer.value.destination))
  }

  const begin = useRef(() => run(draftOf(destination)))
  useEffect(() => void begin.current(), [])

  const report = check.run.phase === 'done' ? check.run.report : null
  return {
    lines: check.run.phase === 'running' ? check.run.lines : (report?.lines ?? []),
    notes: report?.notes ?? [],
    isRunning: check.run.phase === 'running',
    failure,
    start: () => void run(draftOf(destination)),
    async applyFix(fix) {
      switch (fix.kind) {
        case 'use-region':
          return moveTo(fix.region)
        case 'set-cors':
        case 'add-unfinished-rule': {
          const answer = await commands.applyFix({ draft: draftOf(destination), fix })
          if (!answer.ok) return setFailure(answer.failure)
          retryAfterConnection(queue, destination)
          return run(draftOf(destination))
        }
        default:
          return unreachable(fix)
      }
    },
  }
}

/** Without secrets, which means those that are stored. */
function draftOf(destination: Destination): DestinationDraft {
  return { ...formOf(destination).draft, secretAccessKey: '', sessionToken: '' }
}

/** An address made of the region goes along with it; the person's own stays. */
function draftInRegion(destination: Destination, region: string): DestinationDraft {
  const { provider, endpoint } = destination
  const made = endpointOf(providerOf(provider), destination.region)
  const form = { ...formOf(destination), isEndpointOwn: endpoint !== made }
  return { ...withRegion(form, region).draft, secretAccessKey: '', sessionToken: '' }
}
