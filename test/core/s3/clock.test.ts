import { beforeEach, expect, it } from 'vitest'
import { ServerClock } from '../../../electron/core/s3/clock.ts'

const START = Date.UTC(2026, 0, 1)
const HOUR = 3_600_000
const date = (ms: number) => new Date(ms).toUTCString()

let wallMs: number
let monotonicMs: number
let clock: ServerClock

beforeEach(() => {
  wallMs = START
  monotonicMs = 0
  clock = new ServerClock(
    () => wallMs,
    () => monotonicMs,
  )
})

const pass = (ms: number) => {
  wallMs += ms
  monotonicMs += ms
}

it('trusts this computer until the store has answered', () => {
  expect(clock.nowMs()).toBe(START)
  expect(clock.isUnsure()).toBe(true)
})

it('follows the store from its first answer on', () => {
  clock.learn(date(START + HOUR))
  pass(5000)

  expect(clock.nowMs()).toBe(START + HOUR + 5000)
  expect(clock.isUnsure()).toBe(false)
})

it('ignores differences that a header with whole seconds cannot show', () => {
  wallMs = START + 999
  clock.learn(date(START))

  expect(clock.offsetMs).toBe(0)
})

it.each([
  ['two seconds ahead', 2_000],
  ['two seconds behind', -2_000],
  ['four minutes ahead', 4 * 60_000],
  ['four minutes behind', -4 * 60_000],
  ['a day behind', -24 * HOUR],
])('counts every other difference: %s', (_, aheadMs) => {
  wallMs = START + aheadMs

  clock.learn(date(START))

  expect(clock.offsetMs).toBe(-aheadMs)
  expect(clock.nowMs()).toBe(START)
})

it.each([null, '', 'yesterday'])('learns nothing from the date %j, but stops asking', (bad) => {
  clock.learn(date(START + HOUR))
  clock.learn(bad)

  expect(clock.offsetMs).toBe(HOUR)
  expect(clock.isUnsure()).toBe(false)
})

it('is unsure once the wall clock was set', () => {
  clock.learn(date(START))
  wallMs -= HOUR

  expect(clock.isUnsure()).toBe(true)
  clock.learn(date(START))
  expect(clock.nowMs()).toBe(START)
  expect(clock.isUnsure()).toBe(false)
})

it('is unsure after sleep, during which the other clock stood still', () => {
  clock.learn(date(START))
  wallMs += HOUR

  expect(clock.isUnsure()).toBe(true)
})

it.each([
  [29_000, false],
  [31_000, true],
  [-29_000, false],
  [-31_000, true],
])('is unsure after a jump of %s ms: %s', (jumpMs, isUnsure) => {
  clock.learn(date(START))
  pass(HOUR)

  wallMs += jumpMs

  expect(clock.isUnsure()).toBe(isUnsure)
})
