interface TabLockListener {
  /** It is this window's turn to drive the uploads. Can come again after `onLost`. */
  readonly onAcquired: () => void
  /** Another window has it. */
  readonly onHeldElsewhere: () => void
}

/** Which of several tabs of one host drives the uploads. */
export interface TabLock {
  readonly begin: (listener: TabLockListener) => void
  /** Takes the turn from the window that has it. */
  readonly takeOver: () => void
}

const LOCK_NAME = 'ferry-window'

/** A reload frees its lock a moment after the new page asks for it. */
const RELOAD_GRACE_MS = 1000

/** One window at a time, by a Web Lock, which the browser frees however a tab ends. */
export function webTabLock(locks: LockManager): TabLock {
  let listener: TabLockListener = { onAcquired() {}, onHeldElsewhere() {} }
  let waiting = new AbortController()

  const holdForever = () =>
    new Promise<never>(() => {
      listener.onAcquired()
    })
  const waitInLine = () => {
    waiting = new AbortController()
    const { signal } = waiting
    locks.request(LOCK_NAME, { signal }, holdForever).catch(() => {
      // Aborted in line by `takeOver`, or taken away while held by another window's.
      if (!signal.aborted) lose()
    })
  }
  const lose = () => {
    listener.onHeldElsewhere()
    waitInLine()
  }

  return {
    begin(theListener) {
      const patience = setTimeout(theListener.onHeldElsewhere, RELOAD_GRACE_MS)
      listener = {
        ...theListener,
        onAcquired() {
          clearTimeout(patience)
          theListener.onAcquired()
        },
      }
      waitInLine()
    },
    takeOver() {
      waiting.abort()
      locks.request(LOCK_NAME, { steal: true }, holdForever).catch(lose)
    },
  }
}
