import type { PartReceipt } from '../../../electron/contract/commands/uploads.ts'
import type { Failure } from '../../../electron/contract/failure/kinds.ts'
import {
  addBudgets,
  budgetAfter,
  FRESH_BUDGET,
  type RetryBudget,
  recoveryFrom,
  withFailure,
} from '../retry-policy.ts'
import type { Moment, UploadEffect } from './events.ts'
import { recover } from './failure-transitions.ts'
import {
  acknowledgePart,
  isAllAcknowledged,
  isAllStarted,
  type PartInProgress,
  type PartTable,
  startParts,
  withPartInProgress,
} from './part-table.ts'
import { type InPhase, type Step, stay, to } from './state.ts'

type Sending = InPhase<'sending'>

export function partsGranted(state: Sending, partNumbers: readonly number[]): Step {
  const { parts, started } = startParts(state.parts, partNumbers)
  if (started.length === 0) return stay(state)
  const send = { type: 'send-parts', partNumbers: started } as const
  const isLastWave = parts.plan.mode === 'multipart' && isAllStarted(parts)
  return isLastWave
    ? to({ ...state, parts }, send, { type: 'reread', which: 'acknowledged' })
    : to({ ...state, parts }, send)
}

export function partAcknowledged(state: Sending, receipt: PartReceipt): Step {
  const parts = acknowledgePart(state.parts, receipt.partNumber)
  if (parts === null) return stay(state)
  const record = { type: 'record-part', receipt } as const
  const budget = { ...FRESH_BUDGET, startOvers: state.budget.startOvers }
  return isAllAcknowledged(parts)
    ? allAcknowledged(parts, budget, record)
    : to({ phase: 'sending', budget, parts }, record)
}

/** A file that was sent in one PUT needs no verification: one checksum covers all of it. */
export function allAcknowledged(
  { plan }: PartTable,
  budget: RetryBudget,
  ...before: readonly UploadEffect[]
): Step {
  return plan.mode === 'single'
    ? to({ phase: 'completing', budget }, ...before, { type: 'complete' })
    : to({ phase: 'verifying', budget }, ...before, { type: 'verify' })
}

export function partFailed(
  state: Sending,
  partNumber: number,
  failure: Failure,
  moment: Moment,
): Step {
  const part = state.parts.inProgress.get(partNumber)
  if (part?.stage !== 'in-flight') return stay(state)
  // The upload's own budget counts too, since every `preparing` resets the budgets of the parts.
  const spent = withFailure(addBudgets(part.budget, state.budget))
  const recovery = recoveryFrom(failure, spent, moment.jitter)
  if (recovery.kind !== 'retry' && recovery.kind !== 'sign-again') {
    return recover(state.budget, failure, recovery, moment)
  }
  const budget = budgetAfter(part.budget, recovery)
  const { afterMs } = recovery
  if (afterMs === 0) return to(withPart(state, partNumber, { stage: 'due', budget }))
  const dueAtMs = moment.nowMs + afterMs
  return to(withPart(state, partNumber, { stage: 'waiting', budget, dueAtMs, failure }), {
    type: 'wait-for-part',
    partNumber,
    afterMs,
  })
}

/** Ends the wait of the parts that `isMeant` selects. */
export function endWaits(
  state: Sending,
  isMeant: (partNumber: number, failure: Failure) => boolean,
): Step {
  let next = state
  for (const [partNumber, part] of state.parts.inProgress) {
    if (part.stage !== 'waiting' || !isMeant(partNumber, part.failure)) continue
    next = withPart(next, partNumber, { stage: 'due', budget: part.budget })
  }
  return next === state ? stay(state) : to(next)
}

function withPart(state: Sending, partNumber: number, part: PartInProgress): Sending {
  return { ...state, parts: withPartInProgress(state.parts, partNumber, part) }
}
