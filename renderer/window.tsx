import { useMemo, useRef, useState } from 'react'
import type { Destination } from '../electron/contract/destination.ts'
import type { DestinationField } from '../electron/contract/failure.ts'
import { ConnectDialog } from './features/destinations/connect-dialog.tsx'
import { DestinationList } from './features/destinations/destination-list.tsx'
import { DestinationMenu } from './features/destinations/destination-menu.tsx'
import { KeysNotice } from './features/destinations/keys-notice.tsx'
import { SignInAgain } from './features/destinations/sign-in-again.tsx'
import { DropArea, type DropAreaHandle } from './features/drop-zone/drop-area.tsx'
import { IntakePanel } from './features/drop-zone/intake-panel.tsx'
import { WholeWindow } from './features/drop-zone/whole-window.tsx'
import { fieldToMend } from './features/failure-field.ts'
import { HostGoneBanner } from './features/host/host-banner.tsx'
import { Troubles } from './features/host/troubles.tsx'
import { IncomingProvider } from './features/services/incoming.tsx'
import { useServices, useSession, useUploadIds } from './features/services/services.tsx'
import { LinkActions } from './features/share/link-actions.tsx'
import { QueueHeader } from './features/uploads/queue-header.tsx'
import { QueueSignals } from './features/uploads/queue-signals.tsx'
import { UploadList } from './features/uploads/upload-list.tsx'
import type { RowCalls } from './features/uploads/upload-row.tsx'
import { Welcome } from './features/welcome/welcome.tsx'
import type { UploadView } from './upload/engine/queue-view.ts'
import './window.css'

type Connecting = {
  readonly editing: Destination | null
  readonly field: DestinationField | null
} | null

/** `field` is the one to begin at; null: the form's first. */
type OnEdit = (destination: Destination, field: DestinationField | null) => void

/** Joins the features: they know the services, not each other. */
export function FerryWindow({ isHostGone }: { readonly isHostGone: boolean }) {
  const { selected } = useSession()
  const [connecting, setConnecting] = useState<Connecting>(null)
  const [signingIn, setSigningIn] = useState<Destination | null>(null)
  const connect = () => setConnecting({ editing: null, field: null })
  const edit: OnEdit = (editing, field) => setConnecting({ editing, field })
  const editAtStart = (destination: Destination) => edit(destination, null)
  return (
    <IncomingProvider>
      {selected === null ? (
        <Welcome onConnect={connect}>
          {isHostGone && <HostGoneBanner />}
          <Troubles />
        </Welcome>
      ) : (
        <div className="window">
          <DestinationList onConnect={connect} onEdit={editAtStart} />
          <DestinationMenu onConnect={connect} onEdit={editAtStart} />
          <Main
            destination={selected}
            isHostGone={isHostGone}
            onEdit={edit}
            onSignIn={setSigningIn}
          />
        </div>
      )}
      {connecting !== null && <ConnectDialog {...connecting} onClose={() => setConnecting(null)} />}
      {signingIn !== null && (
        <SignInAgain destination={signingIn} onClose={() => setSigningIn(null)} />
      )}
      <WholeWindow />
      <QueueSignals />
    </IncomingProvider>
  )
}

function Main({
  destination,
  isHostGone,
  onEdit,
  onSignIn,
}: {
  readonly destination: Destination
  readonly isHostGone: boolean
  readonly onEdit: OnEdit
  readonly onSignIn: (destination: Destination) => void
}) {
  const uploadIds = useUploadIds()
  const dropArea = useRef<DropAreaHandle>(null)
  const calls = useRowCalls({
    onEdit,
    onSignIn,
    onChooseFile: () => dropArea.current?.chooseFiles(),
  })
  return (
    <main className="window-main">
      <QueueHeader destination={destination} />
      <div className="window-notices">
        {isHostGone && <HostGoneBanner />}
        <KeysNotice destination={destination} onEdit={onEdit} />
        <Troubles />
        <IntakePanel />
      </div>
      <DropArea ref={dropArea} isAlone={uploadIds.length === 0} />
      {uploadIds.length > 0 && <UploadList uploadIds={uploadIds} calls={calls} />}
    </main>
  )
}

interface RowHelp {
  readonly onEdit: OnEdit
  readonly onSignIn: (destination: Destination) => void
  readonly onChooseFile: () => void
}

/** The same object at every render: rows must not be drawn again because the total moved. */
function useRowCalls(help: RowHelp): RowCalls {
  const { session } = useServices()
  const latest = useRef(help)
  latest.current = help
  return useMemo(() => {
    const destinationOf = ({ record }: UploadView) =>
      session
        .snapshot()
        .destinations.find(({ destinationId }) => destinationId === record.destinationId)
    return {
      onEditConnection(view) {
        const found = destinationOf(view)
        const field = view.failure === null ? null : fieldToMend(view.failure.kind)
        if (found !== undefined) latest.current.onEdit(found, field)
      },
      onSignIn(view) {
        const found = destinationOf(view)
        if (found !== undefined) latest.current.onSignIn(found)
      },
      onChooseFile: () => latest.current.onChooseFile(),
      renderLinkActions: ({ record }) => <LinkActions record={record} />,
    }
  }, [session])
}
