interface TabLockListener {
  /** This tab may drive the uploads. Can be called again after `onHeldElsewhere`. */
  readonly onAcquired: () => void
  /** Another tab holds the lock. */
  readonly onHeldElsewhere: () => void
}

/** Decides which of several tabs of one host drives the uploads. */
export interface TabLock {
  readonly begin: (listener: TabLockListener) => void
  /** Takes the lock from the tab that holds it. */
  readonly takeOver: () => void
}

const LOCK_NAME = 'ferry-window'

/** A reloaded page asks for the lock a moment before the old page frees it. */
const RELOAD_GRACE_MS = 1000

/** One tab at a time, by a Web Lock, which the browser frees however a tab ends. */
export function webTabLock(locks: LockManager): TabLock {
  let listener: TabLockListener = { onAcquired() {}, onHeldElsewhere() {} }
  let request = new AbortController()

  const holdForever = () =>
    new Promise<never>(() => {
      listener.onAcquired()
    })
  const requestLock = () => {
    request = new AbortController()
    const { signal } = request
    locks.request(LOCK_NAME, { signal }, holdForever).catch(() => {
      // `takeOver` aborted the request, or another tab took the lock away.
      if (!signal.aborted) lose()
    })
  }
  const lose = () => {
    listener.onHeldElsewhere()
    requestLock()
  }

  return {
    begin(given) {
      const graceTimer = setTimeout(given.onHeldElsewhere, RELOAD_GRACE_MS)
      listener = {
        ...given,
        onAcquired() {
          clearTimeout(graceTimer)
          given.onAcquired()
        },
      }
      requestLock()
    },
    takeOver() {
      request.abort()
      locks.request(LOCK_NAME, { steal: true }, holdForever).catch(lose)
    },
  }
}
