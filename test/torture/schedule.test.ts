import { describe, expect, it } from 'vitest'
import { GIB } from '../../electron/contract/limits.ts'
import { FAULT_WEIGHTS } from './fault-kinds.ts'
import { indexOfName } from './planned-file.ts'
import { type Plan, type Schedule, scheduleOf } from './schedule.ts'

const PLAN: Plan = {
  seed: 1,
  kills: 200,
  faults: 1000,
  minutes: 30,
  largestBytes: GIB,
  without: new Set(),
}

function written(schedule: Schedule) {
  const files = Array.from({ length: 300 }, (_, index) => schedule.file(index))
  return { kills: schedule.kills, faults: schedule.faults, files }
}

describe('a schedule', () => {
  it('is the same for the same seed and differs for another', () => {
    const [one, same, other] = [1, 1, 2].map((seed) => written(scheduleOf({ ...PLAN, seed })))

    expect(same).toEqual(one)
    expect(other?.kills).not.toEqual(one?.kills)
    expect(other?.faults).not.toEqual(one?.faults)
    expect(other?.files).not.toEqual(one?.files)
  })

  it('fits into the time limit', () => {
    const { kills, faults } = scheduleOf(PLAN)
    const sum = (all: readonly { readonly afterMs: number }[]) =>
      all.reduce((ms, { afterMs }) => ms + afterMs, 0)

    expect(sum(kills) + kills.length * 3_000).toBeLessThan(PLAN.minutes * 60_000)
    expect(sum(faults)).toBeLessThan(PLAN.minutes * 60_000)
  })

  it('kills host, browser and both, and plans every kind of fault', () => {
    const { kills, faults } = scheduleOf(PLAN)

    expect(kills).toHaveLength(200)
    expect(new Set(kills.map(({ victim }) => victim))).toEqual(new Set(['host', 'browser', 'both']))
    expect(faults.length).toBeGreaterThanOrEqual(1000)
    expect(new Set(faults.map(({ kind }) => kind))).toEqual(
      new Set(FAULT_WEIGHTS.map(({ value }) => value)),
    )
  })

  it('omits the excluded kinds of fault', () => {
    const { faults } = scheduleOf({ ...PLAN, without: new Set(['flip', 'stall']) })

    expect(faults.filter(({ kind }) => kind === 'flip' || kind === 'stall')).toEqual([])
  })

  it('has files from empty to the largest size, each with its index in its name', () => {
    const { files } = written(scheduleOf(PLAN))
    const lengths = files.map(({ byteLength }) => byteLength)

    expect(lengths.slice(0, 2)).toEqual([0, GIB])
    expect(lengths.every((each) => Number.isInteger(each) && each >= 0 && each <= GIB)).toBe(true)
    expect(files.map(({ name }) => indexOfName(name))).toEqual(files.map(({ index }) => index))
  })

  it('has no file above the largest size', () => {
    const { file } = scheduleOf({ ...PLAN, largestBytes: 1000 })

    const lengths = Array.from({ length: 100 }, (_, index) => file(index).byteLength)

    expect(Math.max(...lengths)).toBe(1000)
  })
})
