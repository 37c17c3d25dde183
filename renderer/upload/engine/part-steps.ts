import type { Failure } from '../../../electron/contract/failure.ts'
import { unreachable } from '../../../electron/contract/unreachable.ts'
import type { PartReceipt } from '../../../electron/contract/upload.ts'
import { hasAllLanded, landPart, type OpenPart, startParts, withOpenPart } from './part-ledger.ts'
import { recoveryFrom } from './recovery.ts'
import { type Moment, NO_TROUBLES, type Step, type UploadState } from './upload-state.ts'
import { giveUp, goOffline, prepareAgain, stay, to } from './upload-turns.ts'

type Sending = UploadState & { phase: 'sending' }

export function sendParts(state: Sending, partNumbers: readonly number[]): Step {
  const { ledger, started } = startParts(state.ledger, partNumbers)
  if (started.length === 0) return stay(state)
  return to({ ...state, ledger }, { type: 'send-parts', partNumbers: started })
}

export function landed(state: Sending, receipt: PartReceipt): Step {
  const ledger = landPart(state.ledger, receipt.partNumber)
  if (ledger === null) return stay(state)
  const record = { type: 'record-part', receipt } as const
  const troubles = { ...NO_TROUBLES, startOvers: state.troubles.startOvers }
  return hasAllLanded(ledger)
    ? to({ phase: 'completing', troubles }, record, { type: 'complete' })
    : to({ phase: 'sending', troubles, ledger }, record)
}

export function failPart(
  state: Sending,
  partNumber: number,
  failure: Failure,
  moment: Moment,
): Step {
  const part = state.ledger.open.get(partNumber)
  if (part?.stage !== 'in-flight') return stay(state)
  const { troubles } = state
  const tries = part.tries + 1
  const recovery = recoveryFrom(failure, { tries, startOvers: troubles.startOvers }, moment.jitter)
  switch (recovery.kind) {
    case 'wait':
      return goOffline(troubles, recovery.afterMs)
    case 'retry':
    case 'sign-again': {
      const isFree = recovery.kind === 'retry' && !recovery.costsTry
      const dueAtMs = moment.nowMs + recovery.afterMs
      const spent = isFree ? part.tries : tries
      const waiting = { stage: 'waiting', tries: spent, dueAtMs, failure } as const
      return waitForPart(state, partNumber, waiting, recovery.afterMs)
    }
    case 'start-over':
      return prepareAgain({ ...troubles, startOvers: troubles.startOvers + 1 })
    case 'ask-user':
    case 'give-up':
      return giveUp(failure)
    default:
      return unreachable(recovery)
  }
}

function waitForPart(
  state: Sending,
  partNumber: number,
  part: OpenPart & { stage: 'waiting' },
  afterMs: number,
): Step {
  if (afterMs === 0) {
    const due = { stage: 'due', tries: part.tries } as const
    return to({ ...state, ledger: withOpenPart(state.ledger, partNumber, due) })
  }
  return to(
    { ...state, ledger: withOpenPart(state.ledger, partNumber, part) },
    { type: 'wait-for-part', partNumber, afterMs },
  )
}

/** Ends the wait of those parts that `isMeant` names. */
export function dueParts(
  state: Sending,
  isMeant: (partNumber: number, failure: Failure) => boolean,
): Step {
  let { ledger } = state
  for (const [partNumber, part] of state.ledger.open) {
    if (part.stage !== 'waiting' || !isMeant(partNumber, part.failure)) continue
    ledger = withOpenPart(ledger, partNumber, { stage: 'due', tries: part.tries })
  }
  return ledger === state.ledger ? stay(state) : to({ ...state, ledger })
}
