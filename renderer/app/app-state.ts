import type { Destination } from '../../electron/contract/commands/destinations.ts'
import type { HostDescription } from '../../electron/contract/commands/host.ts'
import type { Failure } from '../../electron/contract/failure/kinds.ts'
import type { FerryBridge } from '../../electron/contract/ferry-bridge.ts'
import type { DestinationId } from '../../electron/contract/ids.ts'
import type { NoticePayload } from '../../electron/contract/notices.ts'
import { type Outcome, succeeded } from '../../electron/contract/outcome.ts'

export interface AppSnapshot {
  readonly host: HostDescription
  readonly destinations: readonly Destination[]
  /** The destination of drops; null before the first destination exists. */
  readonly selected: Destination | null
  /** The destination that is selected when Ferry starts; null: the one selected last. */
  readonly defaultId: DestinationId | null
}

/** The page's view of the host and its destinations, kept up to date by notices. */
export interface AppState {
  readonly subscribe: (listener: () => void) => () => void
  readonly snapshot: () => AppSnapshot
  /** Asks the host again, after notices were missed. */
  readonly refresh: () => Promise<Failure | null>
  readonly select: (destinationId: DestinationId) => Promise<Failure | null>
  readonly openLocalBucket: () => Promise<Outcome<Destination>>
  readonly close: () => void
}

type AppStateBridge = Pick<FerryBridge<File>, 'commands' | 'notices'>

export async function openAppState(bridge: AppStateBridge): Promise<Outcome<AppState>> {
  const first = await readState(bridge)
  return first.ok ? succeeded(createAppState(bridge, first.value)) : first
}

async function readState({ commands }: AppStateBridge): Promise<Outcome<AppSnapshot>> {
  const [host, list] = await Promise.all([commands.describeHost({}), commands.listDestinations({})])
  if (!host.ok) return host
  if (!list.ok) return list
  return succeeded({ host: host.value, ...listState(list.value) })
}

function isLocked(troubles: HostDescription['troubles']): boolean {
  return troubles.some(({ kind }) => kind === 'secret-store-locked')
}

function listState({ destinations, selectedId, defaultId }: NoticePayload<'destinationsChanged'>) {
  const selected = destinations.find((each) => each.destinationId === selectedId) ?? null
  return { destinations, selected, defaultId }
}

function createAppState(bridge: AppStateBridge, first: AppSnapshot): AppState {
  let state = first
  const listeners = new Set<() => void>()
  const change = (changes: Partial<AppSnapshot>) => {
    state = { ...state, ...changes }
    for (const listener of listeners) listener()
  }
  const refreshList = async (): Promise<Failure | null> => {
    const list = await bridge.commands.listDestinations({})
    if (!list.ok) return list.failure
    change(listState(list.value))
    return null
  }
  const refresh = async (): Promise<Failure | null> => {
    const read = await readState(bridge)
    if (read.ok) change(read.value)
    return read.ok ? null : read.failure
  }
  const unsubscribes = [
    bridge.notices.destinationsChanged((list) => change(listState(list))),
    bridge.notices.troublesChanged(({ troubles }) => {
      const hasOpened = isLocked(state.host.troubles) && !isLocked(troubles)
      change({ host: { ...state.host, troubles } })
      // Credentials can be stored safely now, and only the host can say how.
      if (hasOpened) void refresh()
    }),
  ]
  return {
    snapshot: () => state,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    refresh,
    async select(destinationId) {
      const answer = await bridge.commands.selectDestination({ destinationId })
      return answer.ok ? refreshList() : answer.failure
    },
    async openLocalBucket() {
      const answer = await bridge.commands.openLocalBucket({})
      // The list also comes by notice; asking for it makes the order certain.
      if (answer.ok) await refreshList()
      return answer
    },
    close() {
      for (const unsubscribe of unsubscribes) unsubscribe()
      listeners.clear()
    },
  }
}
