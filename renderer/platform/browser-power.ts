import type { PowerStatus } from '../engine/ports.ts'

/** How often the clocks are compared. A hidden tab is let look once a minute. */
const CHECK_INTERVAL_MS = 5_000

type HostPower = (listener: (power: { readonly isAsleep: boolean }) => void) => () => void

/**
 * What the host says of the computer's sleep, and what this page finds out itself: a host for a
 * browser hears nothing of it, and a desktop not always (electron/electron#44971).
 */
export function browserPower(hostPower: HostPower): PowerStatus {
  return {
    subscribe: (listener) => {
      const watch = new SleepDetector(currentMoment())
      const tell = (state: 'asleep' | 'awake' | null) => {
        if (state !== null) listener(state)
      }
      const look = () => tell(watch.check(currentMoment()))
      const endHost = hostPower(({ isAsleep }) =>
        tell(watch.onHostReport(isAsleep, currentMoment())),
      )
      const timer = setInterval(look, CHECK_INTERVAL_MS)
      // Whoever opens the computer looks at the tab before its next minute is over.
      document.addEventListener('visibilitychange', look)
      return () => {
        endHost()
        clearInterval(timer)
        document.removeEventListener('visibilitychange', look)
      }
    },
  }
}

function currentMoment(): Moment {
  return { wallMs: Date.now(), steadyMs: performance.now() }
}

/** One moment on two clocks. */
interface Moment {
  /** The clock on the wall: goes on while the computer sleeps, and can be set. */
  readonly wallMs: number
  /** Never set. Stands still in a sleep on Linux and macOS, goes on on Windows. */
  readonly steadyMs: number
}

/**
 * By so much the clocks come apart in a sleep that connections may not outlive. A clock that is
 * set by hand looks the same, and costs no more than preparing anew.
 */
const CLOCK_GAP_MS = 10_000
/**
 * Where the steady clock goes on, only a long silence tells of a sleep: timers of a hidden tab run
 * once a minute. Source: developer.chrome.com/blog/timer-throttling-in-chrome-88
 */
const TIMER_GAP_MS = 180_000
/** Awake for so long after the word that it would sleep, the computer did not. */
const SLEEPLESS_MS = 60_000
/** A host's word that comes so soon after our own finding is about the same sleep. */
const SAME_SLEEP_MS = 60_000

/** Finds out from clocks and from the host's word when the computer sleeps and wakes. */
export class SleepDetector {
  #last: Moment
  #asleepSinceMs: number | null = null
  #awokeAtMs = Number.NEGATIVE_INFINITY

  constructor(now: Moment) {
    this.#last = now
  }

  /** To be asked again and again. Null: nothing new. */
  check(now: Moment): 'awake' | null {
    const hasSlept = hasSleptBetween(this.#last, now)
    this.#last = now
    const isSleepless =
      this.#asleepSinceMs !== null && now.steadyMs - this.#asleepSinceMs > SLEEPLESS_MS
    return hasSlept || isSleepless ? this.#wake(now) : null
  }

  onHostReport(isAsleep: boolean, now: Moment): 'asleep' | 'awake' | null {
    if (isAsleep) {
      if (this.#asleepSinceMs !== null) return null
      this.#asleepSinceMs = now.steadyMs
      return 'asleep'
    }
    this.#last = now
    const isKnown = this.#asleepSinceMs === null && now.steadyMs - this.#awokeAtMs < SAME_SLEEP_MS
    return isKnown ? null : this.#wake(now)
  }

  #wake(now: Moment): 'awake' {
    this.#asleepSinceMs = null
    this.#awokeAtMs = now.steadyMs
    return 'awake'
  }
}

function hasSleptBetween(before: Moment, now: Moment): boolean {
  const steadyMs = now.steadyMs - before.steadyMs
  return now.wallMs - before.wallMs - steadyMs > CLOCK_GAP_MS || steadyMs > TIMER_GAP_MS
}
