import type { PowerStatus } from '../engine/ports.ts'

/** How often the clocks are compared. A hidden tab's timers run once a minute. */
const CHECK_INTERVAL_MS = 5_000

type HostPower = (listener: (power: { readonly isAsleep: boolean }) => void) => () => void

/**
 * Combines the host's reports about the computer's sleep with what this page detects itself: the
 * browser's host gets no such reports, and the desktop not always (electron/electron#44971).
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
      // A user who opens the computer looks at the tab before its next timer fires.
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

/** The same moment on two clocks. */
interface Moment {
  /** Continues while the computer sleeps, and can be set. */
  readonly wallMs: number
  /** Cannot be set. It stands still during sleep on Linux and macOS, and continues on Windows. */
  readonly steadyMs: number
}

/**
 * The clocks differ by at least this after a sleep that connections may not survive. Setting the
 * clock by hand looks the same, and costs no more than preparing again.
 */
const CLOCK_GAP_MS = 10_000
/**
 * Where the steady clock continues during sleep, only a long gap between timers reveals it: a
 * hidden tab's timers run once a minute. Source:
 * developer.chrome.com/blog/timer-throttling-in-chrome-88
 */
const TIMER_GAP_MS = 180_000
/** A computer that is awake this long after it announced its sleep did not sleep. */
const SLEEPLESS_MS = 60_000
/** A host's report this soon after our own detection is about the same sleep. */
const SAME_SLEEP_MS = 60_000

/** Detects from the clocks and the host's reports when the computer sleeps and wakes. */
export class SleepDetector {
  #last: Moment
  #asleepSinceMs: number | null = null
  #awokeAtMs = Number.NEGATIVE_INFINITY

  constructor(now: Moment) {
    this.#last = now
  }

  /** Must be called regularly. Null: nothing changed. */
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
