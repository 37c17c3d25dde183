import { type ReactNode, useMemo, useState } from 'react'
import type { Destination } from '../../electron/contract/commands/destinations.ts'
import type { UploadView } from '../engine/view/queue-view.ts'
import { fieldToFix } from '../failures/failure-text.ts'
import { MissingKeysNotice } from '../features/destinations/credentials/missing-keys-notice.tsx'
import {
  DestinationDialogs,
  type DialogName,
  type OpenDialog,
} from '../features/destinations/destination-dialogs.tsx'
import { DestinationList } from '../features/destinations/list/destination-list.tsx'
import { DestinationMenu } from '../features/destinations/list/destination-menu.tsx'
import { DestinationShortcuts } from '../features/destinations/list/select-destination.tsx'
import { DropReports } from '../features/drop-zone/drop-report.tsx'
import { DropArea, WindowDropTarget } from '../features/drop-zone/drop-zone.tsx'
import { HostNotices } from '../features/host/host-notices.tsx'
import { UpdateNotice } from '../features/host/update-notice.tsx'
import { QueueHeader } from '../features/queue/queue-header.tsx'
import { QueueList } from '../features/queue/queue-list.tsx'
import { QueueSignals } from '../features/queue/queue-signals.tsx'
import { RetryUnlocked } from '../features/queue/retry-unblocked.ts'
import type { RowHandlers } from '../features/queue/upload-row.tsx'
import { LinkNotOpened } from '../features/share/copy-link.tsx'
import { LinkActions } from '../features/share/link-actions.tsx'
import { Welcome } from '../features/welcome/welcome.tsx'
import { useMenuItem } from './host-hooks.ts'
import { ConfirmationPending, DiagnosticsCopied, HostGoneBanner } from './host-status.tsx'
import { IntakeProvider } from './intake-context.tsx'
import { useAppState, useServices, useUploadIds } from './services.tsx'
import './shell.css'

type OnOpen = (sheet: OpenDialog) => void

/** Joins the features, which know the services but not each other. */
export function FerryWindow({ isHostGone }: { readonly isHostGone: boolean }) {
  const { selected, destinations } = useAppState()
  const [open, setOpen] = useState<OpenDialog | null>(null)
  const connect = () => setOpen({ name: 'connect' })
  const openFor = (name: DialogName, destination: Destination) =>
    setOpen(name === 'edit' ? { name, destination, field: null } : { name, destination })
  useMenuItem('new-destination', connect)
  useMenuItem('settings', () => {
    if (selected === null) connect()
    else openFor(selected.kind === 's3' ? 'edit' : 'rules', selected)
  })
  // Without a destination the files have nowhere to go.
  useMenuItem('add-files', () => selected === null && connect())
  useMenuItem('add-folder', () => selected === null && connect())
  const notices = (
    <>
      <ConfirmationPending />
      <HostNotices
        onOpen={(name, destinationId) => {
          const found = destinations.find((each) => each.destinationId === destinationId)
          if (found !== undefined) openFor(name, found)
        }}
      />
    </>
  )
  return (
    <IntakeProvider>
      {selected === null ? (
        <Welcome onConnect={connect}>
          {isHostGone && <HostGoneBanner />}
          {notices}
        </Welcome>
      ) : (
        <div className="window">
          <DestinationList onConnect={connect} onOpen={openFor} />
          <DestinationMenu onConnect={connect} onOpen={openFor} />
          <Main destination={selected} isHostGone={isHostGone} notices={notices} onOpen={setOpen} />
        </div>
      )}
      <DestinationDialogs open={open} onClose={() => setOpen(null)} />
      <DestinationShortcuts />
      <WindowDropTarget />
      <QueueSignals />
      <RetryUnlocked />
      <LinkNotOpened />
      <DiagnosticsCopied />
    </IntakeProvider>
  )
}

function Main({
  destination,
  isHostGone,
  notices,
  onOpen,
}: {
  readonly destination: Destination
  readonly isHostGone: boolean
  readonly notices: ReactNode
  /** Stable, as the rows' handlers are memoized with it. */
  readonly onOpen: OnOpen
}) {
  const uploadIds = useUploadIds()
  const handlers = useRowHandlers(onOpen)
  return (
    <main className="window-main">
      <QueueHeader destination={destination} />
      <div className="window-notices">
        {isHostGone && <HostGoneBanner />}
        <MissingKeysNotice
          destination={destination}
          onEdit={(editing, field) => onOpen({ name: 'edit', destination: editing, field })}
        />
        {notices}
        <UpdateNotice />
        <DropReports />
      </div>
      <DropArea isAlone={uploadIds.length === 0} />
      {uploadIds.length > 0 && <QueueList uploadIds={uploadIds} handlers={handlers} />}
    </main>
  )
}

/** The same object at every render, so that rows are not rendered again when only a total changes. */
function useRowHandlers(onOpen: OnOpen): RowHandlers {
  const { appState } = useServices()
  return useMemo(() => {
    const destinationOf = ({ record }: UploadView) =>
      appState
        .snapshot()
        .destinations.find(({ destinationId }) => destinationId === record.destinationId)
    const openFor = (name: 'rules' | 'sign-in', view: UploadView) => {
      const destination = destinationOf(view)
      if (destination !== undefined) onOpen({ name, destination })
    }
    return {
      onEditConnection(view) {
        const found = destinationOf(view)
        const field = view.failure === null ? null : fieldToFix(view.failure.kind)
        if (found === undefined) return
        onOpen({ name: 'edit', destination: found, field })
      },
      onEditRules: (view) => openFor('rules', view),
      onSignIn: (view) => openFor('sign-in', view),
      renderLinkActions: ({ record }) => <LinkActions record={record} />,
    }
  }, [appState, onOpen])
}
