import { type ReactNode, useMemo, useRef, useState } from 'react'
import type { Destination } from '../electron/contract/commands/destinations.ts'
import type { UploadView } from './engine/view/queue-view.ts'
import { fieldToFix } from './failures/failure-field.ts'
import { DestinationShortcuts } from './features/destinations/destination-keys.tsx'
import { DestinationList } from './features/destinations/destination-list.tsx'
import { DestinationMenu } from './features/destinations/destination-menu.tsx'
import {
  DestinationDialogs,
  type DialogName,
  type OpenDialog,
} from './features/destinations/destination-sheets.tsx'
import { MissingKeysNotice } from './features/destinations/keys-notice.tsx'
import { DropArea } from './features/drop-zone/drop-area.tsx'
import { IntakeReports } from './features/drop-zone/intake-panel.tsx'
import { WindowDropTarget } from './features/drop-zone/whole-window.tsx'
import { DiagnosticsCopied } from './features/host/diagnostics-copied.tsx'
import { HostGoneBanner } from './features/host/host-banner.tsx'
import { HostNotices } from './features/host/troubles.tsx'
import { UpdateNotice } from './features/host/update-notice.tsx'
import { ConfirmationPending } from './features/services/asked-outside.tsx'
import { IntakeProvider } from './features/services/incoming.tsx'
import { useAppState, useServices, useUploadIds } from './features/services/services.tsx'
import { useMenuItem } from './features/services/use-menu-item.ts'
import { LinkActions } from './features/share/link-actions.tsx'
import { LinkNotOpened } from './features/share/link-not-opened.tsx'
import { QueueHeader } from './features/uploads/queue-header.tsx'
import { QueueSignals } from './features/uploads/queue-signals.tsx'
import { RetryUnlocked } from './features/uploads/retry-unlocked.tsx'
import { QueueList } from './features/uploads/upload-list.tsx'
import type { RowHandlers } from './features/uploads/upload-row.tsx'
import { Welcome } from './features/welcome/welcome.tsx'
import './window.css'

type OnOpen = (sheet: OpenDialog) => void

/** Joins the features: they know the services, not each other. */
export function FerryWindow({ isHostGone }: { readonly isHostGone: boolean }) {
  const { selected, destinations } = useAppState()
  const [open, setOpen] = useState<OpenDialog | null>(null)
  const connect = () => setOpen({ name: 'connect' })
  const openOf = (name: DialogName, destination: Destination) =>
    setOpen(name === 'edit' ? { name, destination, field: null } : { name, destination })
  useMenuItem('new-destination', connect)
  useMenuItem('settings', () => {
    if (selected === null) connect()
    else openOf(selected.kind === 's3' ? 'edit' : 'rules', selected)
  })
  // Without a destination there is no place for files yet.
  useMenuItem('add-files', () => selected === null && connect())
  useMenuItem('add-folder', () => selected === null && connect())
  const troubles = (
    <>
      <ConfirmationPending />
      <HostNotices
        onOpen={(name, destinationId) => {
          const found = destinations.find((each) => each.destinationId === destinationId)
          if (found !== undefined) openOf(name, found)
        }}
      />
    </>
  )
  return (
    <IntakeProvider>
      {selected === null ? (
        <Welcome onConnect={connect}>
          {isHostGone && <HostGoneBanner />}
          {troubles}
        </Welcome>
      ) : (
        <div className="window">
          <DestinationList onConnect={connect} onOpen={openOf} />
          <DestinationMenu onConnect={connect} onOpen={openOf} />
          <Main
            destination={selected}
            isHostGone={isHostGone}
            troubles={troubles}
            onOpen={setOpen}
          />
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
  troubles,
  onOpen,
}: {
  readonly destination: Destination
  readonly isHostGone: boolean
  readonly troubles: ReactNode
  readonly onOpen: OnOpen
}) {
  const uploadIds = useUploadIds()
  const calls = useRowHandlers(onOpen)
  return (
    <main className="window-main">
      <QueueHeader destination={destination} />
      <div className="window-notices">
        {isHostGone && <HostGoneBanner />}
        <MissingKeysNotice
          destination={destination}
          onEdit={(editing, field) => onOpen({ name: 'edit', destination: editing, field })}
        />
        {troubles}
        <UpdateNotice />
        <IntakeReports />
      </div>
      <DropArea isAlone={uploadIds.length === 0} />
      {uploadIds.length > 0 && <QueueList uploadIds={uploadIds} calls={calls} />}
    </main>
  )
}

/** The same object at every render: rows must not be drawn again because the total moved. */
function useRowHandlers(onOpen: OnOpen): RowHandlers {
  const { appState } = useServices()
  const latest = useRef(onOpen)
  latest.current = onOpen
  return useMemo(() => {
    const destinationOf = ({ record }: UploadView) =>
      appState
        .snapshot()
        .destinations.find(({ destinationId }) => destinationId === record.destinationId)
    const openOf = (name: 'rules' | 'sign-in', view: UploadView) => {
      const destination = destinationOf(view)
      if (destination !== undefined) latest.current({ name, destination })
    }
    return {
      onEditConnection(view) {
        const found = destinationOf(view)
        const field = view.failure === null ? null : fieldToFix(view.failure.kind)
        if (found === undefined) return
        latest.current({ name: 'edit', destination: found, field })
      },
      onEditRules: (view) => openOf('rules', view),
      onSignIn: (view) => openOf('sign-in', view),
      renderLinkActions: ({ record }) => <LinkActions record={record} />,
    }
  }, [appState])
}
