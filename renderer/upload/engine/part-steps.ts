import type { Failure } from '../../../electron/contract/failure.ts'
import type { PartReceipt } from '../../../electron/contract/upload.ts'
import {
  hasAllLanded,
  hasAllStarted,
  landPart,
  type OpenPart,
  type PartLedger,
  startParts,
  withOpenPart,
} from './part-ledger.ts'
import { attemptAfter, NOTHING_SPENT, recoveryFrom, type Spent, spentAfter } from './recovery.ts'
import type { At, Moment, Step, Troubles, UploadEffect } from './upload-state.ts'
import { stay, to, turnAfter } from './upload-turns.ts'

type Sending = At<'sending'>

export function sendParts(state: Sending, partNumbers: readonly number[]): Step {
  const { ledger, started } = startParts(state.ledger, partNumbers)
  if (started.length === 0) return stay(state)
  const send = { type: 'send-parts', partNumbers: started } as const
  const isTail = ledger.plan.mode === 'multipart' && hasAllStarted(ledger)
  return isTail
    ? to({ ...state, ledger }, send, { type: 'reread', which: 'landed' })
    : to({ ...state, ledger }, send)
}

export function landed(state: Sending, receipt: PartReceipt): Step {
  const ledger = landPart(state.ledger, receipt.partNumber)
  if (ledger === null) return stay(state)
  const record = { type: 'record-part', receipt } as const
  const troubles = { ...NOTHING_SPENT, startOvers: state.troubles.startOvers }
  return hasAllLanded(ledger)
    ? allLanded(ledger, troubles, record)
    : to({ phase: 'sending', troubles, ledger }, record)
}

/** What travelled in one PUT cannot be half old, half new: its one checksum covers all of it. */
export function allLanded(
  { plan }: PartLedger,
  troubles: Troubles,
  ...before: readonly UploadEffect[]
): Step {
  return plan.mode === 'single'
    ? to({ phase: 'completing', troubles }, ...before, { type: 'complete' })
    : to({ phase: 'verifying', troubles }, ...before, { type: 'verify' })
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
  // What the upload as a whole has used up counts, too: its parts are counted anew after each
  // `preparing`.
  const spent = sumOf(part.spent, troubles)
  const attempt = attemptAfter(spent, troubles.startOvers)
  const recovery = recoveryFrom(failure, attempt, moment.jitter)
  if (recovery.kind !== 'retry' && recovery.kind !== 'sign-again') {
    return turnAfter(troubles, failure, recovery, moment)
  }
  const waiting = {
    stage: 'waiting',
    spent: spentAfter(part.spent, recovery),
    dueAtMs: moment.nowMs + recovery.afterMs,
    failure,
  } as const
  return waitForPart(state, partNumber, waiting, recovery.afterMs)
}

function sumOf(one: Spent, other: Spent): Spent {
  return { failures: one.failures + other.failures, tries: one.tries + other.tries }
}

function waitForPart(
  state: Sending,
  partNumber: number,
  part: OpenPart & { stage: 'waiting' },
  afterMs: number,
): Step {
  if (afterMs === 0) {
    const due = { stage: 'due', spent: part.spent } as const
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
    ledger = withOpenPart(ledger, partNumber, { stage: 'due', spent: part.spent })
  }
  return ledger === state.ledger ? stay(state) : to({ ...state, ledger })
}
