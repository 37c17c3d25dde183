/**
 * `gone`: the host does not answer, but may come back. `signed-out`: it answers, but this page's
 * session has ended, and only a new address helps.
 */
export type HostLinkState = 'connected' | 'gone' | 'signed-out'

/** The state of the connection to the host. */
export interface HostLink {
  readonly state: () => HostLinkState
  /**
   * Called when the state changes. Notices were missed before `connected` came back: list
   * everything again.
   */
  readonly subscribe: (listener: () => void) => () => void
  /** Called only when the host answers again. */
  readonly onReconnected: (listener: () => void) => () => void
}

/** The desktop's host and its window start and end together. */
export const CONNECTED_FOR_GOOD: HostLink = {
  state: () => 'connected',
  subscribe: () => () => {},
  onReconnected: () => () => {},
}

export interface ChangeableHostLink extends HostLink {
  readonly become: (state: HostLinkState) => void
}

export function createHostLink(): ChangeableHostLink {
  let state: HostLinkState = 'connected'
  const listeners = new Set<() => void>()
  const subscribe = (listener: () => void) => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }
  return {
    state: () => state,
    subscribe,
    onReconnected: (listener) =>
      subscribe(() => {
        if (state === 'connected') listener()
      }),
    become: (next) => {
      // An ended session never returns to this page.
      if (next === state || state === 'signed-out') return
      state = next
      for (const listener of [...listeners]) listener()
    },
  }
}
