import { useEffect, useEffectEvent, useReducer, useState } from 'react'
import type { CheckFix, CheckLine } from '../../../../electron/contract/commands/checks.ts'
import type { Destination } from '../../../../electron/contract/commands/destinations.ts'
import type {
  DestinationDraft,
  DraftNote,
} from '../../../../electron/contract/destination-draft.ts'
import type { Failure } from '../../../../electron/contract/failure/kinds.ts'
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
import { type CheckAction, type CheckRun, checkReducer, isRunning, NO_RUN } from './check-run.ts'
import { useCheck } from './use-check.ts'

/** Checks a saved destination as soon as it is mounted. */
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
          ? 'Ferry makes real requests with tiny files of its own, and cleans up after itself.'
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

interface SavedCheck {
  readonly lines: readonly CheckLine[]
  readonly notes: readonly DraftNote[]
  readonly isRunning: boolean
  /** Why the check could not run, or the last fix was not applied. */
  readonly failure: Failure | null
  readonly start: () => void
  readonly applyFix: (fix: Exclude<CheckFix, { kind: 'sign-in' }>) => Promise<void>
}

function useSavedCheck(destination: Destination): SavedCheck {
  const { commands, appState, queue } = useServices()
  const [{ run, failure }, dispatch] = useReducer(savedCheckReducer, NOT_STARTED)
  const startCheck = useCheck(run, dispatch)

  const startFirst = useEffectEvent(() => startCheck(draftOf(destination)))
  useEffect(() => void startFirst(), [])

  const reportId = run.phase === 'done' ? run.checkId : null
  useEffect(() => {
    // The host stored the report's findings with the destination.
    if (reportId !== null) void appState.refresh()
  }, [reportId, appState])

  const moveTo = async (region: string) => {
    const answer = await commands.saveDestination(draftInRegion(destination, region))
    if (!answer.ok) return dispatch({ type: 'fix-failed', failure: answer.failure })
    await appState.refresh()
    retryAfterConnection(queue, destination)
    await startCheck(draftOf(answer.value.destination))
  }

  const report = run.phase === 'done' ? run.report : null
  return {
    lines: run.phase === 'running' ? run.lines : (report?.lines ?? []),
    notes: report?.notes ?? [],
    isRunning: run.phase === 'running',
    failure,
    start: () => void startCheck(draftOf(destination)),
    async applyFix(fix) {
      switch (fix.kind) {
        case 'use-region':
          return moveTo(fix.region)
        case 'set-cors':
        case 'add-unfinished-rule': {
          const answer = await commands.applyFix({ draft: draftOf(destination), fix })
          if (!answer.ok) return dispatch({ type: 'fix-failed', failure: answer.failure })
          retryAfterConnection(queue, destination)
          return startCheck(draftOf(destination))
        }
        default:
          return unreachable(fix)
      }
    },
  }
}

interface SavedCheckState {
  readonly run: CheckRun
  readonly failure: Failure | null
}

type SavedCheckAction = CheckAction | { readonly type: 'fix-failed'; readonly failure: Failure }

const NOT_STARTED: SavedCheckState = { run: NO_RUN, failure: null }

function savedCheckReducer(state: SavedCheckState, action: SavedCheckAction): SavedCheckState {
  if (action.type === 'fix-failed') return { ...state, failure: action.failure }
  const run = checkReducer(state.run, action)
  if (action.type === 'check-started') return { run, failure: null }
  const hasFailed =
    action.type === 'check-finished' && isRunning(state.run, action.checkId) && !action.answer.ok
  return { run, failure: hasFailed ? action.answer.failure : state.failure }
}

/** Empty secrets stand for the stored ones. */
function draftOf(destination: Destination): DestinationDraft {
  return { ...formOf(destination).draft, secretAccessKey: '', sessionToken: '' }
}

/** A derived endpoint changes with the region; a custom one stays. */
function draftInRegion(destination: Destination, region: string): DestinationDraft {
  const { draft } = withRegion(formOf(destination), region)
  return { ...draft, secretAccessKey: '', sessionToken: '' }
}
