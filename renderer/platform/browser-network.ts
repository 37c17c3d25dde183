import type { NetworkStatus } from '../engine/ports.ts'

/**
 * The browser's hint, and any other sign that a road may be open again.
 * @param alsoWhen subscribes to such a sign: the host answering again, the computer waking up.
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
