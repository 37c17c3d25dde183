import type { Clock } from './ports.ts'

/** Calls `act` after `ms`, unless `signal` is aborted before. */
export function callAfter(clock: Clock, ms: number, signal: AbortSignal, act: () => void): void {
  clock.sleep(ms, signal).then(
    () => {
      if (!signal.aborted) act()
    },
    // `sleep` rejects only when aborted, and then there is nothing to do.
    () => undefined,
  )
}
