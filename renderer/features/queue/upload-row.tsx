import { memo, type ReactNode } from 'react'
import type { DestinationId, UploadId } from '../../../electron/contract/ids.ts'
import { useAppState, useUpload } from '../../app/services.tsx'
import { DestinationMark } from '../../design/destination-mark.tsx'
import { formatBytes } from '../../design/format.ts'
import { ProgressBar, type ProgressTone } from '../../design/progress-bar.tsx'
import type { UploadView, ViewPhase } from '../../engine/view/queue-view.ts'
import { FileMark, FileName } from './file-name.tsx'
import { RowActions } from './row-actions.tsx'
import { RowStatus } from './row-status.tsx'
import { percentShown } from './status-text.ts'

export interface RowHandlers {
  readonly onEditConnection: (view: UploadView) => void
  /** Opens the rules of the row's destination. */
  readonly onEditRules: (view: UploadView) => void
  /** Signs in where the credentials of the row's destination come from. */
  readonly onSignIn: (view: UploadView) => void
  /** The actions of a finished row; given by the window, because sharing is another feature. */
  readonly renderLinkActions: (view: UploadView) => ReactNode
}

/** One upload. Renders again only when that upload changed. */
export const UploadRow = memo(function UploadRow({
  uploadId,
  handlers,
}: {
  readonly uploadId: UploadId
  readonly handlers: RowHandlers
}) {
  const view = useUpload(uploadId)
  if (view === undefined) return null
  const { record, phase } = view
  return (
    <div className={`row row-${phase}`}>
      <FileMark name={record.name} />
      <div className="row-body">
        <p className="row-name">
          <FileName name={record.name} />
          <span className="row-size">{formatBytes(record.byteLength)}</span>
          {record.folder !== '' && (
            <bdi className="row-folder" title={record.folder}>
              {record.folder}
            </bdi>
          )}
          <RowDestination destinationId={record.destinationId} />
        </p>
        <RowStatus view={view} />
      </div>
      <RowProgress view={view} />
      <RowActions view={view} handlers={handlers} />
    </div>
  )
})

/** Shown if there are several destinations; as text unless it is the selected one. */
function RowDestination({ destinationId }: { readonly destinationId: DestinationId }) {
  const { destinations, selected } = useAppState()
  const destination = destinations.find((each) => each.destinationId === destinationId)
  if (destination === undefined || destinations.length < 2) return null
  const { name, color } = destination
  return (
    <span className="row-to" title={name}>
      <DestinationMark name={name} color={color} />
      <span className={destination === selected ? 'visually-hidden' : 'row-to-name'}>
        to {name}
      </span>
    </span>
  )
}

function RowProgress({ view }: { readonly view: UploadView }) {
  if (view.phase === 'done' || view.phase === 'cancelled') return null
  return (
    <div className="row-progress">
      <ProgressBar label="Progress" percent={percentShown(view)} tone={progressTone(view.phase)} />
    </div>
  )
}

function progressTone(phase: ViewPhase): ProgressTone {
  switch (phase) {
    case 'paused':
    case 'failed':
    case 'needs-you':
      return 'resting'
    case 'verifying':
      return 'checking'
    default:
      return 'live'
  }
}
