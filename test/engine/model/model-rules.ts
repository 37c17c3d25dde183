import type { UploadEvent } from '../../../renderer/engine/machine/events.ts'
import { inFlightCountOf } from '../../../renderer/engine/machine/part-table.ts'
import type { Step, UploadPhase, UploadState } from '../../../renderer/engine/machine/state.ts'
import type { ModelRunner } from './model-runner.ts'

const PHASES: Readonly<Record<UploadPhase, true>> = {
  queued: true,
  preparing: true,
  sending: true,
  verifying: true,
  completing: true,
  'retry-waiting': true,
  blocked: true,
  offline: true,
  asleep: true,
  paused: true,
  'needs-you': true,
  failed: true,
  cancelling: true,
  cancelled: true,
  done: true,
}

interface Moved {
  readonly before: UploadState
  readonly event: UploadEvent
  readonly after: Step
  readonly runner: ModelRunner
}

/** Throws if a step breaks an invariant that must hold whatever happened before. */
export function checkStep(moved: Moved): void {
  const { phase } = moved.after.state
  if (!(phase in PHASES)) throw new Error(`Unknown phase ${phase}`)
  startsNothingTwice(moved)
  losesNothingThatLanded(moved)
  completesOnlyWhatWasVerified(moved)
  endsOnlyOnce(moved)
  isDoneOnlyWhenWhole(moved)
}

function startsNothingTwice({ after, runner }: Moved): void {
  const underWay = new Set(
    runner.calls
      .all()
      .filter((call) => call.kind === 'put' && runner.isAlive(call))
      .map(({ partNumber }) => partNumber),
  )
  const isStopped = after.effects.some(({ type }) => type === 'stop')
  for (const effect of after.effects) {
    if (effect.type !== 'send-parts') continue
    for (const partNumber of effect.partNumbers) {
      if (underWay.has(partNumber)) throw new Error(`Part ${partNumber} is started twice`)
      if (partNumber < 1 || partNumber > runner.world.partCount) throw new Error('No such part')
      underWay.add(partNumber)
    }
    if (underWay.size > runner.budget.size) throw new Error('More in flight than the budget')
  }
  if (after.state.phase !== 'sending' || isStopped) return
  const counted = inFlightCountOf(after.state.parts)
  if (counted > underWay.size) throw new Error('A part is waited for that nobody sends')
}

/** Only the store's own answer can take back an acknowledged part. */
function losesNothingThatLanded({ before, after: { state } }: Moved): void {
  if (before.phase !== 'sending' || state.phase !== 'sending') return
  if (state.parts.acknowledgedCount < before.parts.acknowledgedCount)
    throw new Error('Progress falls')
}

function completesOnlyWhatWasVerified({ before, event, after, runner }: Moved): void {
  if (!after.effects.some(({ type }) => type === 'complete')) return
  if (event.type === 'prepared' && event.prepared.isComplete) return
  if (runner.known.size !== runner.world.partCount) throw new Error('Completed too early')
  if (runner.world.plan.mode === 'single') {
    if (event.type === 'part-acknowledged' && before.phase === 'sending') return
    throw new Error('Completed before its only part has landed')
  }
  if (event.type !== 'verified' || before.phase !== 'verifying') {
    throw new Error(`Completed without the final check, by ${event.type} in ${before.phase}`)
  }
  // Everything that the page knows to be on the store, with nothing left to read.
  if (runner.sums?.partsToReread(!runner.world.isEdited).length !== 0) {
    throw new Error('Completed before all of it was read once more')
  }
}

function endsOnlyOnce({ before, after }: Moved): void {
  if (before.phase !== 'done' && before.phase !== 'cancelled') return
  if (after.state !== before || after.effects.length > 0) throw new Error('It had ended')
}

function isDoneOnlyWhenWhole({ before, after: { state }, runner: { world } }: Moved): void {
  if (before.phase === state.phase) return
  if (state.phase === 'cancelled' && !world.isCancelled) throw new Error('Not cancelled')
  if (state.phase !== 'done') return
  if (world.object === null) throw new Error('Done, and there is no object')
  if (!world.isObjectWhole) throw new Error(`Done, and mixed: ${world.object.join()}`)
}
