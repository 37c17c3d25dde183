import type { PartReceipt } from '../../../electron/contract/commands/uploads.ts'
import type { Failure } from '../../../electron/contract/failure/kinds.ts'
import {
  attemptAfter,
  countsAfter,
  NO_RETRIES,
  type RetryCounts,
  recoveryFrom,
} from '../retry-policy.ts'
import { recover, stay, to } from './failure-transitions.ts'
import {
  acknowledgePart,
  isAllAcknowledged,
  isAllStarted,
  type PartInProgress,
  type PartTable,
  startParts,
  withPartInProgress,
} from './part-table.ts'
import type { InPhase, Moment, RetryBudget, Step, UploadEffect } from './state.ts'

type Sending = InPhase<'sending'>

export function partsGranted(state: Sending, partNumbers: readonly number[]): Step {
  const { ledger, started } = startParts(state.ledger, partNumbers)
  if (started.length === 0) return stay(state)
  const send = { type: 'send-parts', partNumbers: started } as const
  const isTail = ledger.plan.mode === 'multipart' && isAllStarted(ledger)
  return isTail
    ? to({ ...state, ledger }, send, { type: 'reread', which: 'landed' })
    : to({ ...state, ledger }, send)
}

export function partAcknowledged(state: Sending, receipt: PartReceipt): Step {
  const ledger = acknowledgePart(state.ledger, receipt.partNumber)
  if (ledger === null) return stay(state)
  const record = { type: 'record-part', receipt } as const
  const troubles = { ...NO_RETRIES, startOvers: state.troubles.startOvers }
  return isAllAcknowledged(ledger)
    ? allAcknowledged(ledger, troubles, record)
    : to({ phase: 'sending', troubles, ledger }, record)
}

/** What travelled in one PUT cannot be half old, half new: its one checksum covers all of it. */
export function allAcknowledged(
  { plan }: PartTable,
  troubles: RetryBudget,
  ...before: readonly UploadEffect[]
): Step {
  return plan.mode === 'single'
    ? to({ phase: 'completing', troubles }, ...before, { type: 'complete' })
    : to({ phase: 'verifying', troubles }, ...before, { type: 'verify' })
}

export function partFailed(
  state: Sending,
  partNumber: number,
  failure: Failure,
  moment: Moment,
): Step {
  const part = state.ledger.inProgress.get(partNumber)
  if (part?.stage !== 'in-flight') return stay(state)
  const { troubles } = state
  // What the upload as a whole has used up counts, too: its parts are counted anew after each
  // `preparing`.
  const spent = addCounts(part.spent, troubles)
  const attempt = attemptAfter(spent, troubles.startOvers)
  const recovery = recoveryFrom(failure, attempt, moment.jitter)
  if (recovery.kind !== 'retry' && recovery.kind !== 'sign-again') {
    return recover(troubles, failure, recovery, moment)
  }
  const waiting = {
    stage: 'waiting',
    spent: countsAfter(part.spent, recovery),
    dueAtMs: moment.nowMs + recovery.afterMs,
    failure,
  } as const
  return waitForPart(state, partNumber, waiting, recovery.afterMs)
}

function addCounts(one: RetryCounts, other: RetryCounts): RetryCounts {
  return { failures: one.failures + other.failures, tries: one.tries + other.tries }
}

function waitForPart(
  state: Sending,
  partNumber: number,
  part: PartInProgress & { stage: 'waiting' },
  afterMs: number,
): Step {
  if (afterMs === 0) {
    const due = { stage: 'due', spent: part.spent } as const
    return to({ ...state, ledger: withPartInProgress(state.ledger, partNumber, due) })
  }
  return to(
    { ...state, ledger: withPartInProgress(state.ledger, partNumber, part) },
    { type: 'wait-for-part', partNumber, afterMs },
  )
}

/** Ends the wait of those parts that `isMeant` names. */
export function endWaits(
  state: Sending,
  isMeant: (partNumber: number, failure: Failure) => boolean,
): Step {
  let { ledger } = state
  for (const [partNumber, part] of state.ledger.inProgress) {
    if (part.stage !== 'waiting' || !isMeant(partNumber, part.failure)) continue
    ledger = withPartInProgress(ledger, partNumber, { stage: 'due', spent: part.spent })
  }
  return ledger === state.ledger ? stay(state) : to({ ...state, ledger })
}
