import { createContext, useCallback, useContext, useSyncExternalStore } from 'react'
import type { Destination } from '../../electron/contract/commands/destinations.ts'
import type { CommandCalls, NoticeSubscriptions } from '../../electron/contract/ferry-bridge.ts'
import type { UploadId } from '../../electron/contract/ids.ts'
import type { QueueSnapshot, UploadQueue, UploadView } from '../engine/view/queue-view.ts'
import type { PageIntake } from '../platform/page-intake.ts'
import type { AppSnapshot, AppState } from './app-state.ts'

/**
 * Everything that features may use. The composition root provides it, so tests can provide others.
 */
export interface Services {
  readonly commands: CommandCalls
  readonly notices: Pick<
    NoticeSubscriptions,
    | 'checkProgressed'
    | 'filesGiven'
    | 'linkNotOpened'
    | 'menuChosen'
    | 'diagnosticsCopied'
    | 'updatesChanged'
  >
  readonly queue: UploadQueue
  readonly intake: PageIntake
  readonly appState: AppState
}

const ServicesContext = createContext<Services | null>(null)

export const ServicesProvider = ServicesContext.Provider

export function useServices(): Services {
  const services = useContext(ServicesContext)
  if (services === null) throw new TypeError('No services around this component')
  return services
}

export function useAppState(): AppSnapshot {
  const { appState } = useServices()
  return useSyncExternalStore(appState.subscribe, appState.snapshot)
}

export function useQueue(): QueueSnapshot {
  const { queue } = useServices()
  return useSyncExternalStore(queue.subscribe, queue.snapshot)
}

/** The rows, newest first. Progress alone does not cause a render. */
export function useUploadIds(): readonly UploadId[] {
  const { queue } = useServices()
  return useSyncExternalStore(queue.subscribe, () => queue.snapshot().uploadIds)
}

/** Renders again only when this row changed. Undefined just after the row was cleared. */
export function useUpload(uploadId: UploadId): UploadView | undefined {
  const { queue } = useServices()
  const subscribe = useCallback(
    (listener: () => void) => queue.subscribeUpload(uploadId, listener),
    [queue, uploadId],
  )
  return useSyncExternalStore(subscribe, () => queue.upload(uploadId))
}

/** Undefined if the destination was forgotten in the meantime. */
export function useUploadDestination({ record }: UploadView): Destination | undefined {
  const { destinations } = useAppState()
  return destinations.find((each) => each.destinationId === record.destinationId)
}
