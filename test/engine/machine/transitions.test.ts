import { describe, expect, it } from 'vitest'
import type { PartOnStore } from '../../../electron/contract/commands/uploads.ts'
import type { Failure } from '../../../electron/contract/failure/kinds.ts'
import { MIB } from '../../../electron/contract/limits.ts'
import type { PartPlan } from '../../../electron/contract/part-plan.ts'
import type { UploadEvent } from '../../../renderer/engine/machine/events.ts'
import {
  newPartTable,
  startParts,
  withPartInProgress,
} from '../../../renderer/engine/machine/part-table.ts'
import type { UploadPhase, UploadState } from '../../../renderer/engine/machine/state.ts'
import { step } from '../../../renderer/engine/machine/transitions.ts'

const plan: PartPlan = { mode: 'multipart', byteLength: 48 * MIB, partBytes: 16 * MIB }
const held = (partNumber: number): PartOnStore => ({
  partNumber,
  byteLength: 16 * MIB,
  etag: `"${partNumber}"`,
  checksum: `sum${partNumber}AA`,
})
const algorithm = 'crc64nvme'
const moment = { nowMs: 1_000, jitter: 0.5 }
const budget = { failures: 0, tries: 0, startOvers: 0 }
const silence: Failure = { kind: 'no-response' }
const refusal: Failure = { kind: 'store-refused', status: 400, code: 'X' }

/** Part 1 is in flight, part 2 waits after a request without an answer, part 3 is on the store. */
const parts = withPartInProgress(startParts(newPartTable(plan, [held(3)]), [1, 2]).parts, 2, {
  stage: 'waiting',
  budget: { failures: 1, tries: 0, startOvers: 0 },
  dueAtMs: 5_000,
  failure: silence,
})

const states = {
  queued: { phase: 'queued' },
  preparing: { phase: 'preparing', budget },
  sending: { phase: 'sending', budget, parts },
  verifying: { phase: 'verifying', budget },
  completing: { phase: 'completing', budget },
  'retry-waiting': {
    phase: 'retry-waiting',
    budget: { failures: 1, tries: 1, startOvers: 0 },
    during: 'preparing',
    failure: silence,
    retryAtMs: 5_000,
  },
  blocked: {
    phase: 'blocked',
    budget,
    failure: { kind: 'disk-full', where: 'data-folder' },
    retryAtMs: 5_000,
  },
  offline: { phase: 'offline', budget },
  asleep: { phase: 'asleep', budget },
  paused: { phase: 'paused' },
  'needs-you': { phase: 'needs-you', failure: { kind: 'access-denied' } },
  failed: { phase: 'failed', failure: refusal },
  cancelling: { phase: 'cancelling', budget, waiting: null },
  cancelled: { phase: 'cancelled' },
  done: { phase: 'done' },
} satisfies { readonly [P in UploadPhase]: UploadState & { readonly phase: P } }

const receipt = (partNumber: number) => ({
  partNumber,
  etag: `"${partNumber}"`,
  checksum: `sum${partNumber}AA`,
})
const callFailed = (failure: Failure): UploadEvent => ({ type: 'call-failed', failure, moment })
const partFailed = (failure: Failure): UploadEvent => ({
  type: 'part-failed',
  partNumber: 1,
  failure,
  moment,
})

/** At least one sample of every event; several if the answer depends on the event's details. */
const events = {
  admitted: { type: 'admitted' },
  'prepared, no parts': {
    type: 'prepared',
    prepared: { plan, algorithm, held: [], isComplete: false },
  },
  'prepared, one part': {
    type: 'prepared',
    prepared: { plan, algorithm, held: [held(2)], isComplete: false },
  },
  'prepared, all parts': {
    type: 'prepared',
    prepared: { plan, algorithm, held: [held(1), held(2), held(3)], isComplete: false },
  },
  'prepared, complete': {
    type: 'prepared',
    prepared: { plan, algorithm, held: [], isComplete: true },
  },
  'granted a part that is not ready': { type: 'parts-granted', partNumbers: [1, 2, 3, 4] },
  'part 1 acknowledged': { type: 'part-acknowledged', receipt: receipt(1) },
  'part 2 acknowledged': { type: 'part-acknowledged', receipt: receipt(2) },
  'part failed, offline': partFailed({ kind: 'offline' }),
  'part failed, no response': partFailed(silence),
  'part failed, expired': partFailed({ kind: 'url-expired' }),
  'part failed, gone': partFailed({ kind: 'upload-gone' }),
  'part failed, skewed': partFailed({ kind: 'clock-skewed', serverTimeMs: null }),
  'part failed, disk full': partFailed({ kind: 'disk-full', where: 'local-bucket' }),
  'part failed, denied': partFailed({ kind: 'access-denied' }),
  'part failed, refused': partFailed(refusal),
  'part failed, sign-in': partFailed({ kind: 'sign-in-needed', by: 'code' }),
  'part failed, skipped': partFailed({ kind: 'skipped' }),
  'part 1 due': { type: 'part-due', partNumber: 1 },
  'part 2 due': { type: 'part-due', partNumber: 2 },
  'call failed, offline': callFailed({ kind: 'offline' }),
  'call failed, no response': callFailed(silence),
  'call failed, host gone': callFailed({ kind: 'host-gone' }),
  'call failed, gone': callFailed({ kind: 'upload-gone' }),
  'call failed, skewed': callFailed({ kind: 'clock-skewed', serverTimeMs: null }),
  'call failed, disk full': callFailed({ kind: 'disk-full', where: 'data-folder' }),
  'call failed, file changed': callFailed({ kind: 'source-changed' }),
  'call failed, differs': callFailed({ kind: 'object-differs' }),
  'call failed, denied': callFailed({ kind: 'access-denied' }),
  'call failed, refused': callFailed(refusal),
  'call failed, key taken': callFailed({ kind: 'key-taken', key: 'in/a.jpg' }),
  'call failed, sign-in': callFailed({ kind: 'sign-in-needed', by: 'browser' }),
  'call failed, rules': callFailed({ kind: 'rules-invalid', problems: [] }),
  'call failed, skipped': callFailed({ kind: 'skipped' }),
  'call failed, detached': callFailed({ kind: 'source-detached' }),
  verified: { type: 'verified' },
  completed: { type: 'completed' },
  cancelled: { type: 'cancelled' },
  'wait over': { type: 'wait-over' },
  'network changed': { type: 'network-changed' },
  slept: { type: 'slept' },
  woke: { type: 'woke' },
  'source attached': { type: 'source-attached' },
  pause: { type: 'pause-asked' },
  resume: { type: 'resume-asked' },
  retry: { type: 'retry-asked' },
  cancel: { type: 'cancel-asked' },
} satisfies Record<string, UploadEvent>

type EventName = keyof typeof events

/**
 * `phase: effects`. An event that a row does not list must change nothing and have no effect. The
 * table has a row for every phase, and every row is tested with every event.
 */
const table: { readonly [P in UploadPhase]: Readonly<Partial<Record<EventName, string>>> } = {
  queued: {
    admitted: 'preparing: prepare',
    'part 1 acknowledged': 'queued: record-part',
    'part 2 acknowledged': 'queued: record-part',
    completed: 'done: stop',
    cancelled: 'cancelled: stop',
    pause: 'paused: mark paused',
    cancel: 'cancelling: cancel',
  },
  preparing: {
    'prepared, no parts': 'sending:',
    'prepared, one part': 'sending: reread',
    'prepared, all parts': 'verifying: verify',
    'prepared, complete': 'completing: complete',
    'part 1 acknowledged': 'preparing: record-part',
    'part 2 acknowledged': 'preparing: record-part',
    'call failed, offline': 'offline: stop, wait 30000',
    'call failed, no response': 'retry-waiting: stop, wait 250',
    'call failed, host gone': 'retry-waiting: stop, wait 6000',
    'call failed, gone': 'preparing: stop, prepare',
    'call failed, skewed': 'preparing: stop, prepare',
    'call failed, disk full': 'blocked: stop, wait 22500',
    'call failed, file changed': 'failed: stop, mark failed',
    'call failed, differs': 'failed: stop, mark failed',
    'call failed, denied': 'needs-you: stop, mark failed',
    'call failed, refused': 'failed: stop, mark failed',
    'call failed, key taken': 'needs-you: stop, mark failed',
    'call failed, sign-in': 'needs-you: stop, mark failed',
    'call failed, rules': 'failed: stop, mark failed',
    'call failed, skipped': 'cancelled: stop',
    'call failed, detached': 'needs-you: stop',
    completed: 'done: stop',
    cancelled: 'cancelled: stop',
    slept: 'asleep: stop, wait 60000',
    woke: 'preparing: stop, prepare',
    'source attached': 'preparing: stop, prepare',
    pause: 'paused: stop, mark paused',
    cancel: 'cancelling: stop, cancel',
  },
  sending: {
    'part 1 acknowledged': 'sending: record-part',
    'part failed, offline': 'offline: stop, wait 30000',
    'part failed, no response': 'sending: wait-for-part 250',
    'part failed, expired': 'sending:',
    'part failed, gone': 'preparing: stop, prepare',
    'part failed, skewed': 'preparing: stop, prepare',
    'part failed, disk full': 'blocked: stop, wait 22500',
    'part failed, denied': 'needs-you: stop, mark failed',
    'part failed, refused': 'failed: stop, mark failed',
    'part failed, sign-in': 'needs-you: stop, mark failed',
    'part failed, skipped': 'cancelled: stop',
    'part 2 due': 'sending:',
    'call failed, offline': 'offline: stop, wait 30000',
    'call failed, no response': 'retry-waiting: stop, wait 250',
    'call failed, host gone': 'retry-waiting: stop, wait 6000',
    'call failed, gone': 'preparing: stop, prepare',
    'call failed, skewed': 'preparing: stop, prepare',
    'call failed, disk full': 'blocked: stop, wait 22500',
    'call failed, file changed': 'failed: stop, mark failed',
    'call failed, differs': 'failed: stop, mark failed',
    'call failed, denied': 'needs-you: stop, mark failed',
    'call failed, refused': 'failed: stop, mark failed',
    'call failed, key taken': 'needs-you: stop, mark failed',
    'call failed, sign-in': 'needs-you: stop, mark failed',
    'call failed, rules': 'failed: stop, mark failed',
    'call failed, skipped': 'cancelled: stop',
    'call failed, detached': 'needs-you: stop',
    completed: 'done: stop',
    cancelled: 'cancelled: stop',
    slept: 'asleep: stop, wait 60000',
    woke: 'preparing: stop, prepare',
    'source attached': 'preparing: stop, prepare',
    'network changed': 'sending:',
    pause: 'paused: stop, mark paused',
    resume: 'sending:',
    retry: 'sending:',
    cancel: 'cancelling: stop, cancel',
  },
  verifying: {
    'call failed, offline': 'offline: stop, wait 30000',
    'call failed, no response': 'retry-waiting: stop, wait 250',
    'call failed, host gone': 'retry-waiting: stop, wait 6000',
    'call failed, gone': 'preparing: stop, prepare',
    'call failed, skewed': 'preparing: stop, prepare',
    'call failed, disk full': 'blocked: stop, wait 22500',
    'call failed, file changed': 'failed: stop, mark failed',
    'call failed, differs': 'failed: stop, mark failed',
    'call failed, denied': 'needs-you: stop, mark failed',
    'call failed, refused': 'failed: stop, mark failed',
    'call failed, key taken': 'needs-you: stop, mark failed',
    'call failed, sign-in': 'needs-you: stop, mark failed',
    'call failed, rules': 'failed: stop, mark failed',
    'call failed, skipped': 'cancelled: stop',
    'call failed, detached': 'needs-you: stop',
    verified: 'completing: complete',
    completed: 'done: stop',
    cancelled: 'cancelled: stop',
    slept: 'asleep: stop, wait 60000',
    woke: 'preparing: stop, prepare',
    'source attached': 'preparing: stop, prepare',
    pause: 'paused: stop, mark paused',
    cancel: 'cancelling: stop, cancel',
  },
  completing: {
    'call failed, offline': 'offline: stop, wait 30000',
    'call failed, no response': 'retry-waiting: stop, wait 250',
    'call failed, host gone': 'retry-waiting: stop, wait 6000',
    'call failed, gone': 'preparing: stop, prepare',
    'call failed, skewed': 'preparing: stop, prepare',
    'call failed, disk full': 'blocked: stop, wait 22500',
    'call failed, file changed': 'failed: stop, mark failed',
    'call failed, differs': 'failed: stop, mark failed',
    'call failed, denied': 'needs-you: stop, mark failed',
    'call failed, refused': 'failed: stop, mark failed',
    'call failed, key taken': 'needs-you: stop, mark failed',
    'call failed, sign-in': 'needs-you: stop, mark failed',
    'call failed, rules': 'failed: stop, mark failed',
    'call failed, skipped': 'cancelled: stop',
    'call failed, detached': 'needs-you: stop',
    completed: 'done: stop',
    cancelled: 'cancelled: stop',
    slept: 'asleep: stop, wait 60000',
    woke: 'preparing: stop, prepare',
    cancel: 'cancelling: stop, cancel',
  },
  'retry-waiting': {
    'part 1 acknowledged': 'retry-waiting: record-part',
    'part 2 acknowledged': 'retry-waiting: record-part',
    completed: 'done: stop',
    cancelled: 'cancelled: stop',
    slept: 'asleep: stop, wait 60000',
    woke: 'preparing: stop, prepare',
    'source attached': 'preparing: stop, prepare',
    'wait over': 'preparing: stop, prepare',
    'network changed': 'preparing: stop, prepare',
    pause: 'paused: stop, mark paused',
    resume: 'preparing: stop, prepare',
    retry: 'preparing: stop, prepare',
    cancel: 'cancelling: stop, cancel',
  },
  blocked: {
    'part 1 acknowledged': 'blocked: record-part',
    'part 2 acknowledged': 'blocked: record-part',
    completed: 'done: stop',
    cancelled: 'cancelled: stop',
    slept: 'asleep: stop, wait 60000',
    woke: 'preparing: stop, prepare',
    'source attached': 'preparing: stop, prepare',
    'wait over': 'preparing: stop, prepare',
    pause: 'paused: stop, mark paused',
    resume: 'preparing: stop, prepare',
    retry: 'preparing: stop, prepare',
    cancel: 'cancelling: stop, cancel',
  },
  offline: {
    'part 1 acknowledged': 'offline: record-part',
    'part 2 acknowledged': 'offline: record-part',
    completed: 'done: stop',
    cancelled: 'cancelled: stop',
    slept: 'asleep: stop, wait 60000',
    woke: 'preparing: stop, prepare',
    'source attached': 'preparing: stop, prepare',
    'wait over': 'preparing: stop, prepare',
    'network changed': 'preparing: stop, prepare',
    pause: 'paused: stop, mark paused',
    resume: 'preparing: stop, prepare',
    retry: 'preparing: stop, prepare',
    cancel: 'cancelling: stop, cancel',
  },
  asleep: {
    'part 1 acknowledged': 'asleep: record-part',
    'part 2 acknowledged': 'asleep: record-part',
    completed: 'done: stop',
    cancelled: 'cancelled: stop',
    woke: 'preparing: stop, prepare',
    'source attached': 'preparing: stop, prepare',
    'wait over': 'preparing: stop, prepare',
    pause: 'paused: stop, mark paused',
    resume: 'preparing: stop, prepare',
    retry: 'preparing: stop, prepare',
    cancel: 'cancelling: stop, cancel',
  },
  paused: {
    'part 1 acknowledged': 'paused: record-part',
    'part 2 acknowledged': 'paused: record-part',
    completed: 'done: stop',
    cancelled: 'cancelled: stop',
    resume: 'queued: mark waiting',
    cancel: 'cancelling: cancel',
  },
  'needs-you': {
    'part 1 acknowledged': 'needs-you: record-part',
    'part 2 acknowledged': 'needs-you: record-part',
    completed: 'done: stop',
    cancelled: 'cancelled: stop',
    retry: 'queued: mark waiting',
    cancel: 'cancelling: cancel',
  },
  failed: {
    'part 1 acknowledged': 'failed: record-part',
    'part 2 acknowledged': 'failed: record-part',
    completed: 'done: stop',
    cancelled: 'cancelled: stop',
    retry: 'queued: mark waiting',
    cancel: 'cancelling: cancel',
  },
  cancelling: {
    'call failed, offline': 'cancelling: wait 30000',
    'call failed, no response': 'cancelling: wait 250',
    'call failed, host gone': 'cancelling: wait 6000',
    'call failed, gone': 'cancelling: cancel',
    'call failed, skewed': 'cancelling: cancel',
    'call failed, disk full': 'cancelling: wait 22500',
    'call failed, file changed': 'failed: stop, mark failed',
    'call failed, differs': 'failed: stop, mark failed',
    'call failed, denied': 'needs-you: stop, mark failed',
    'call failed, refused': 'failed: stop, mark failed',
    'call failed, key taken': 'needs-you: stop, mark failed',
    'call failed, sign-in': 'needs-you: stop, mark failed',
    'call failed, rules': 'failed: stop, mark failed',
    'call failed, skipped': 'cancelled: stop',
    'call failed, detached': 'needs-you: stop',
    completed: 'done: stop',
    cancelled: 'cancelled: stop',
  },
  cancelled: {},
  done: {},
}

function describeStep(state: UploadState, event: UploadEvent): string {
  const { state: next, effects } = step(state, event)
  const words = effects.map((effect) => {
    if (effect.type === 'mark') return `mark ${effect.mark.phase}`
    return 'afterMs' in effect ? `${effect.type} ${effect.afterMs}` : effect.type
  })
  return `${next.phase}: ${words.join(', ')}`.trim()
}

describe.each(Object.values(states))('in phase $phase', (state) => {
  it.each(Object.keys(events) as EventName[])('%s', (name) => {
    const event = events[name]

    const expected = table[state.phase][name]

    if (expected === undefined) expect(step(state, event)).toEqual({ state, effects: [] })
    else expect(describeStep(state, event)).toBe(expected)
  })
})

it('returns the same state object when nothing changes', () => {
  const { state } = step(states.paused, { type: 'pause-asked' })

  expect(state).toBe(states.paused)
})

describe('the retry budget of an upload', () => {
  it('counts attempts until a part is acknowledged', () => {
    const tired: UploadState = {
      ...states.sending,
      budget: { failures: 9, tries: 7, startOvers: 1 },
    }

    const { state } = step(tired, { type: 'part-acknowledged', receipt: receipt(1) })

    expect(state).toMatchObject({
      phase: 'sending',
      budget: { failures: 0, tries: 0, startOvers: 1 },
    })
  })

  it('counts that the upload started over, so that it does so only once', () => {
    const event = callFailed({ kind: 'upload-gone' })

    const first = step(states.preparing, event)
    const second = step(first.state, event)

    expect(first.state).toMatchObject({ phase: 'preparing', budget: { startOvers: 1 } })
    expect(second.state.phase).toBe('failed')
  })

  it('does not count that the host was gone', () => {
    const { state } = step(states.preparing, callFailed({ kind: 'host-gone' }))

    expect(state).toMatchObject({ phase: 'retry-waiting', budget: { tries: 0, startOvers: 0 } })
  })

  it('is reset when the user asks for another attempt', () => {
    const tired: UploadState = {
      ...states['retry-waiting'],
      budget: { failures: 9, tries: 9, startOvers: 1 },
    }

    const { state } = step(tired, { type: 'retry-asked' })

    expect(state).toEqual({ phase: 'preparing', budget })
  })
})

describe('a file given again', () => {
  it.each<[UploadState, string]>([
    [{ phase: 'needs-you', failure: { kind: 'source-detached' } }, 'queued:'],
    [{ phase: 'failed', failure: { kind: 'source-missing' } }, 'queued: mark waiting'],
    [{ phase: 'failed', failure: silence }, 'failed:'],
  ])('lets %j continue if the file was what it lacked', (state, expected) => {
    const answer = describeStep(state, { type: 'source-attached' })

    expect(answer).toBe(expected)
  })
})

describe('cancelling while the host cannot be reached', () => {
  const waiting: UploadState = {
    phase: 'cancelling',
    budget: { failures: 2, tries: 2, startOvers: 0 },
    waiting: { failure: silence, retryAtMs: 5_000 },
  }

  it.each(['wait over', 'network changed', 'woke', 'cancel'] as const)(
    'continues at: %s',
    (name) => {
      expect(describeStep(waiting, events[name])).toBe('cancelling: stop, cancel')
    },
  )
})
