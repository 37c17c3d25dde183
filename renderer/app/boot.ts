import type { Failure } from '../../electron/contract/failure/kinds.ts'
import type { FerryBridge } from '../../electron/contract/ferry-bridge.ts'
import type { UploadId } from '../../electron/contract/ids.ts'
import { failed, type Outcome, succeeded } from '../../electron/contract/outcome.ts'
import type { HostLink } from '../bridge/host-link.ts'
import type { UploadQueue } from '../engine/view/queue-view.ts'
import type { PageIntake } from '../platform/page-intake.ts'
import { type AppState, openAppState } from './app-state.ts'
import type { Services } from './services.tsx'
import type { TabLock } from './tab-lock.ts'

/** The whole window shows one of these. */
type Stage =
  | { readonly name: 'loading' }
  /** Another tab drives the uploads. */
  | { readonly name: 'elsewhere' }
  | { readonly name: 'signed-out' }
  | { readonly name: 'stopped'; readonly failure: Failure }
  | { readonly name: 'ready'; readonly services: Services; readonly isHostGone: boolean }

export interface Boot {
  readonly stage: () => Stage
  readonly subscribe: (listener: () => void) => () => void
  /** Takes the uploads from the other tab. */
  readonly takeOver: () => void
}

export interface BootDeps {
  readonly bridge: FerryBridge<File>
  readonly link: HostLink
  readonly tabLock: TabLock
  /** Called each time this window gets the tab lock. */
  readonly startEngine: (session: AppState) => {
    readonly queue: UploadQueue
    readonly intake: PageIntake
  }
}

const RECORDS_PER_PAGE = 5000

/** Starts the window, and keeps it in step with the host and with other tabs. */
export function startBoot({ bridge, link, tabLock, startEngine }: BootDeps): Boot {
  let stage: Stage = { name: 'loading' }
  let end = () => {}
  const listeners = new Set<() => void>()
  const show = (next: Stage) => {
    stage = next
    for (const listener of listeners) listener()
  }

  const begin = async () => {
    const opened = await openServices(bridge, startEngine)
    if (!opened.ok) return show(stageAfter(opened.failure, link))
    const { services } = opened.value
    const unsubscribe = link.subscribe(() => void onLinkChanged(services))
    end = () => {
      unsubscribe()
      opened.value.close()
    }
    show({ name: 'ready', services, isHostGone: link.state() === 'gone' })
  }

  const onLinkChanged = async ({ appState, queue }: Services) => {
    const state = link.state()
    if (stage.name !== 'ready') return
    if (state === 'signed-out') return show({ name: 'signed-out' })
    show({ ...stage, isHostGone: state === 'gone' })
    if (state !== 'connected') return
    // Notices were missed in the meantime. A failure needs no message: the link will change again.
    await appState.refresh()
    await adoptAll(bridge, queue)
  }

  tabLock.begin({
    onAcquired() {
      show({ name: 'loading' })
      void begin()
    },
    onHeldElsewhere() {
      end()
      end = () => {}
      show({ name: 'elsewhere' })
    },
  })
  return {
    stage: () => stage,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    takeOver: tabLock.takeOver,
  }
}

function stageAfter(failure: Failure, link: HostLink): Stage {
  return link.state() === 'signed-out' ? { name: 'signed-out' } : { name: 'stopped', failure }
}

interface OpenServices {
  readonly services: Services
  readonly close: () => void
}

async function openServices(
  bridge: FerryBridge<File>,
  startEngine: BootDeps['startEngine'],
): Promise<Outcome<OpenServices>> {
  const opened = await openAppState(bridge)
  if (!opened.ok) return opened
  const appState = opened.value
  const { queue, intake } = startEngine(appState)
  const unsubscribe = bridge.notices.uploadsChanged(({ uploads }) => queue.adopt(uploads))
  const close = () => {
    unsubscribe()
    queue.close()
    appState.close()
  }
  const failure = await adoptAll(bridge, queue)
  if (failure === null) {
    const { commands, notices } = bridge
    return succeeded({ services: { commands, notices, queue, intake, appState }, close })
  }
  close()
  return failed(failure)
}

async function adoptAll(bridge: FerryBridge<File>, queue: UploadQueue): Promise<Failure | null> {
  let after: UploadId | null = null
  for (;;) {
    const page = await bridge.commands.listUploads({ after, limit: RECORDS_PER_PAGE })
    if (!page.ok) return page.failure
    queue.adopt(page.value.uploads)
    const last = page.value.uploads.at(-1)
    if (!page.value.hasMore || last === undefined) return null
    after = last.uploadId
  }
}
