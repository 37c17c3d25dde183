import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Failure } from '../../../electron/contract/failure/kinds.ts'
import type { UploadEvent } from '../../../renderer/engine/machine/events.ts'
import type { UploadPhase } from '../../../renderer/engine/machine/state.ts'
import { ModelRunner } from './model-runner.ts'
import { ModelWorld } from './model-world.ts'

const failures: readonly Failure[] = [
  { kind: 'offline' },
  { kind: 'stalled' },
  { kind: 'no-response' },
  { kind: 'server-error', status: 500 },
  { kind: 'throttled', retryAfterMs: null },
  { kind: 'body-corrupted' },
  { kind: 'url-expired' },
  { kind: 'clock-skewed', serverTimeMs: null },
  { kind: 'upload-gone' },
  { kind: 'disk-full', where: 'data-folder' },
  { kind: 'host-gone' },
  { kind: 'access-denied' },
  { kind: 'store-refused', status: 400, code: 'Odd' },
  { kind: 'source-detached' },
  { kind: 'sign-in-needed', by: 'browser' },
  { kind: 'keys-unavailable', source: 'work', reason: 'process-failed' },
  { kind: 'keys-unavailable', source: 'work', reason: 'unreachable' },
  { kind: 'type-not-allowed', contentType: 'text/html' },
  { kind: 'rules-invalid', problems: [] },
]

const worldEvents: readonly UploadEvent[] = [
  { type: 'network-changed' },
  { type: 'slept' },
  { type: 'woke' },
  { type: 'source-attached' },
  { type: 'pause-asked' },
  { type: 'resume-asked' },
  { type: 'retry-asked' },
  { type: 'resume-asked' },
  { type: 'retry-asked' },
]

type Kind =
  | 'admit'
  | 'hash'
  | 'grant'
  | 'grant anything'
  | 'answer'
  | 'fail'
  | 'lose answer'
  | 'fire'
  | 'world'
  | 'cancel'
  | 'edit'
  | 'echo'
  | 'lose upload'
  | 'occupy'
  | 'decide'

interface Move {
  readonly kind: Kind
  readonly pick: number
}

/** How often each event occurs; events that advance an upload occur most, or few would get far. */
const weights: Readonly<Record<Kind, number>> = {
  admit: 20,
  hash: 40,
  grant: 40,
  'grant anything': 6,
  answer: 120,
  fail: 16,
  'lose answer': 8,
  fire: 30,
  world: 14,
  cancel: 1,
  edit: 4,
  echo: 4,
  'lose upload': 2,
  occupy: 3,
  decide: 6,
}

const anyMove: fc.Arbitrary<Move> = fc.record({
  kind: fc.oneof(
    ...Object.entries(weights).map(([kind, weight]) => ({
      weight,
      arbitrary: fc.constant(kind as Kind),
    })),
  ),
  pick: fc.nat(1000),
})

const pickFrom = <T>(all: readonly T[], pick: number): T | undefined => all[pick % all.length]

function move(runner: ModelRunner, { kind, pick }: Move): void {
  const { world } = runner
  if (kind === 'admit') runner.tell({ type: 'admitted' })
  if (kind === 'hash') runner.hash()
  if (kind === 'grant') runner.grant()
  if (kind === 'grant anything') {
    runner.grant([1 + (pick % 8), 1 + ((pick >> 3) % 8), 1 + (pick % 8)])
  }
  if (kind === 'fire') runner.fire(pick)
  if (kind === 'cancel') runner.cancel()
  if (kind === 'edit') world.edit(pick % (world.partCount + 2))
  if (kind === 'echo') runner.echo()
  if (kind === 'lose upload') world.loseUpload()
  if (kind === 'occupy') world.occupy(pick % 4 === 0 ? 'skip' : 'ask')
  if (kind === 'decide') decide(runner, pick % 4 === 0 ? 'skip' : 'none')
  const event = pickFrom(worldEvents, pick)
  if (kind === 'world' && event !== undefined) runner.tell(event)
  const call = pickFrom(runner.calls.answerable(), pick)
  if (call === undefined) return
  if (kind === 'answer') runner.end(call, null, true)
  if (kind === 'fail') runner.end(call, pickFrom(failures, pick >> 3) ?? null, false)
  if (kind === 'lose answer') runner.end(call, { kind: 'no-response' }, true)
}

/** The user decides what to do about the existing object. */
function decide(runner: ModelRunner, conflict: 'none' | 'skip'): void {
  if (runner.world.conflict !== 'ask') return
  runner.world.conflict = conflict
  runner.tell({ type: 'retry-asked' })
}

/** Nothing fails any more, and the user is patient. */
function driveOn(runner: ModelRunner): void {
  for (let round = 0; round < 400; round += 1) {
    const { phase } = runner.state
    if (phase === 'done' || phase === 'cancelled') return
    decide(runner, 'none')
    if (isRightfullyFailed(runner) && !runner.hasCancelled) return
    if (runner.hasCancelled && phase !== 'cancelling') runner.cancel()
    const help = HELP[phase]
    if (help !== undefined && !runner.hasCancelled) runner.tell(help)
    runner.fire(0)
    runner.hash()
    runner.grant()
    const [call] = runner.calls.answerable()
    if (call !== undefined) runner.end(call, null, true)
  }
}

/** Waiting uploads continue by themselves; only stopped ones need an event from the user. */
const HELP: Readonly<Partial<Record<UploadPhase, UploadEvent>>> = {
  queued: { type: 'admitted' },
  paused: { type: 'resume-asked' },
  'needs-you': { type: 'retry-asked' },
  failed: { type: 'retry-asked' },
}

/** The original file is gone, and no retry can bring it back. */
function isRightfullyFailed({ state, world }: ModelRunner): boolean {
  return state.phase === 'failed' && state.failure.kind === 'source-changed' && world.isEdited
}

it('keeps its invariants through any sequence of events, and ends when the faults end', () => {
  const ends = { done: 0, cancelled: 0, failed: 0 }
  let skippedCount = 0
  fc.assert(
    fc.property(
      fc.constantFrom(1, 2, 5, 8),
      fc.boolean(),
      fc.array(anyMove, { maxLength: 120, size: 'max' }),
      (partCount, checksBodies, moves) => {
        const runner = new ModelRunner(new ModelWorld(partCount, checksBodies))

        for (const each of moves) move(runner, each)
        driveOn(runner)

        const { phase } = runner.state
        const rightful = isRightfullyFailed(runner) ? ['failed'] : ['done', 'cancelled']
        if (!rightful.includes(phase)) throw new Error(`It stands still: ${phase}`)
        if (runner.hasCancelled && phase === 'failed') throw new Error('Not cancelled')
        const { isSkipped } = runner.world
        if (isSkipped && phase !== 'cancelled') throw new Error('Sent what was to be skipped')
        if (!runner.hasCancelled && !isSkipped && phase === 'cancelled') {
          throw new Error('Nobody cancelled')
        }
        ends[phase as keyof typeof ends] += 1
        if (isSkipped) skippedCount += 1
      },
    ),
    { numRuns: 10_000 },
  )
  // The sequences are only useful if each of these outcomes occurs often.
  expect(Math.min(...Object.values(ends), skippedCount)).toBeGreaterThan(200)
})
