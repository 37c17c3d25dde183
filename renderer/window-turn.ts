export interface TurnListener {
  /** It is this window's turn to drive the uploads. Can come again after `onLost`. */
  readonly onTurn: () => void
  /** Another window has it. */
  readonly onElsewhere: () => void
}

/** Which of several tabs of one host drives the uploads. */
export interface WindowTurn {
  readonly begin: (listener: TurnListener) => void
  /** Takes the turn from the window that has it. */
  readonly takeOver: () => void
}

const LOCK_NAME = 'ferry-window'

/** A reload frees its lock a moment after the new page asks for it. */
const USUAL_WAIT_MS = 1000

/** One window at a time, by a Web Lock, which the browser frees however a tab ends. */
export function webLockTurn(locks: LockManager): WindowTurn {
  let listener: TurnListener = { onTurn() {}, onElsewhere() {} }
  let waiting = new AbortController()

  const holdForever = () =>
    new Promise<never>(() => {
      listener.onTurn()
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
    listener.onElsewhere()
    waitInLine()
  }

  return {
    begin(theListener) {
      const patience = setTimeout(theListener.onElsewhere, USUAL_WAIT_MS)
      listener = {
        ...theListener,
        onTurn() {
          clearTimeout(patience)
          theListener.onTurn()
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
