import { describe, expect, it } from 'vitest'
import { SleepDetector } from '../../renderer/platform/browser-power.ts'

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

/** Two clocks that a test sets, and a detector that reads them. */
class Computer {
  readonly #now = { wallMs: 1_800_000_000_000, steadyMs: 5_000 }
  readonly #watch = new SleepDetector({ ...this.#now })
  readonly told: string[] = []

  /** The computer is awake and checks its clocks at intervals. */
  runs(ms: number, lookEveryMs = 5 * SECOND): this {
    for (let left = ms; left > 0; left -= lookEveryMs) {
      this.#pass(Math.min(left, lookEveryMs), Math.min(left, lookEveryMs))
      this.looks()
    }
    return this
  }

  looks(): this {
    this.#tell(this.#watch.check({ ...this.#now }))
    return this
  }

  sleeps(ms: number, system: 'linux' | 'windows' = 'linux'): this {
    return this.#pass(ms, system === 'linux' ? 0 : ms)
  }

  setsClock(byMs: number): this {
    return this.#pass(byMs, 0)
  }

  hears(isAsleep: boolean): this {
    this.#tell(this.#watch.onHostReport(isAsleep, { ...this.#now }))
    return this
  }

  #pass(wallMs: number, steadyMs: number): this {
    this.#now.wallMs += wallMs
    this.#now.steadyMs += steadyMs
    return this
  }

  #tell(news: string | null): void {
    if (news !== null) this.told.push(news)
  }
}

describe('the sleep detector alone', () => {
  it.each([
    ['in the window', 5 * SECOND],
    ['in a hidden tab, whose timers run once a minute', 61 * SECOND],
    ['on an extremely busy computer', 2 * MINUTE],
  ])('reports nothing while the computer is awake %s', (_, lookEveryMs) => {
    const computer = new Computer().runs(8 * HOUR, lookEveryMs)

    expect(computer.told).toEqual([])
  })

  it.each([
    ['linux', 30 * SECOND],
    ['linux', 8 * HOUR],
    ['windows', 8 * HOUR],
  ] as const)('reports once that the computer woke (%s, %i ms)', (system, ms) => {
    const computer = new Computer().runs(MINUTE).sleeps(ms, system).runs(HOUR)

    expect(computer.told).toEqual(['awake'])
  })

  it('reports every sleep of a night', () => {
    const computer = new Computer()
    for (let nap = 0; nap < 3; nap += 1) computer.sleeps(HOUR).runs(2 * MINUTE)

    expect(computer.told).toEqual(['awake', 'awake', 'awake'])
  })

  it('does not mistake a clock that was set back for sleep', () => {
    const computer = new Computer().runs(MINUTE).setsClock(-HOUR).runs(HOUR)

    expect(computer.told).toEqual([])
  })
})

describe('with a host that reports sleep', () => {
  it('passes on both reports, and does not report its own detection as well', () => {
    const computer = new Computer().hears(true).sleeps(HOUR).hears(false).runs(HOUR)

    expect(computer.told).toEqual(['asleep', 'awake'])
  })

  it('reports once when it detects the sleep before the host reports it', () => {
    const computer = new Computer().hears(true).sleeps(HOUR).looks().hears(false).runs(HOUR)

    expect(computer.told).toEqual(['asleep', 'awake'])
  })

  it('reports "asleep" once, however often the host says it', () => {
    const computer = new Computer().hears(true).hears(true).sleeps(HOUR).hears(false)

    expect(computer.told).toEqual(['asleep', 'awake'])
  })

  it('accepts a wake-up without an earlier report of sleep', () => {
    const computer = new Computer().runs(HOUR).hears(false)

    expect(computer.told).toEqual(['awake'])
  })

  it('reports a wake-up when an announced sleep did not happen', () => {
    const computer = new Computer()
      .runs(MINUTE)
      .hears(true)
      .runs(30 * SECOND)
    const soon = [...computer.told]

    computer.runs(MINUTE)

    expect(soon).toEqual(['asleep'])
    expect(computer.told).toEqual(['asleep', 'awake'])
  })
})
