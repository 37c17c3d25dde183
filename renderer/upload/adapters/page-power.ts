import type { PowerStatus } from '../../engine/ports.ts'
import { type Moment, SleepDetector } from './sleep-watch.ts'

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
