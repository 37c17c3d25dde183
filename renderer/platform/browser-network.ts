import type { NetworkStatus } from '../engine/ports.ts'

/**
 * The browser's own hint, and any other sign that the network may be back.
 * @param alsoWhen subscribes to such a sign: the host answers again, the computer wakes up.
 */
export function browserNetwork(
  ...alsoWhen: readonly ((listener: () => void) => () => void)[]
): NetworkStatus {
  return {
    isOnline: () => navigator.onLine,
    subscribe: (listener) => {
      window.addEventListener('online', listener)
      window.addEventListener('offline', listener)
      const ends = alsoWhen.map((subscribe) => subscribe(listener))
      return () => {
        window.removeEventListener('online', listener)
        window.removeEventListener('offline', listener)
        for (const end of ends) end()
      }
    },
  }
}
