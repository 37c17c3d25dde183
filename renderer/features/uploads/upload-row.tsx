import { memo, type ReactNode } from 'react'
import type { DestinationId, UploadId } from '../../../electron/contract/ids.ts'
import { FileName } from '../../design/file-name.tsx'
import { formatBytes } from '../../design/format.ts'
import { ProgressBar } from '../../design/progress-bar.tsx'
import { useNow } from '../../design/use-now.ts'
import type { UploadView } from '../../upload/engine/queue-view.ts'
import { useSession, useUpload } from '../services/services.tsx'
import { FileMark } from './file-mark.tsx'
import { RowActions } from './row-actions.tsx'
import { percentSent, statusDetail, statusWord } from './status-text.ts'

export interface RowCalls {
  readonly onEditConnection: (view: UploadView) => void
  readonly onChooseFile: () => void
  /** What a finished row offers; given by the window, since sharing is another feature. */
  readonly renderLinkActions: (view: UploadView) => ReactNode
}

/** One file. Renders again only when its own upload changed. */
export const UploadRow = memo(function UploadRow({
  uploadId,
  calls,
}: {
  readonly uploadId: UploadId
  readonly calls: RowCalls
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
          <DestinationName destinationId={record.destinationId} />
        </p>
        <RowStatus view={view} />
      </div>
      <RowProgress view={view} />
      <RowActions view={view} calls={calls} />
    </div>
  )
})

/** Said only where it is not the one that the window is about. */
function DestinationName({ destinationId }: { readonly destinationId: DestinationId }) {
  const { destinations, selected } = useSession()
  const destination = destinations.find((each) => each.destinationId === destinationId)
  if (destination === undefined || destination === selected) return null
  return <span className="row-to">to {destination.name}</span>
}

function RowStatus({ view }: { readonly view: UploadView }) {
  // Only what counts down needs a clock: a retry by the second, a link's life by the half minute.
  const nowMs = useNow(view.retryAtMs === null ? 30_000 : 1000)
  const detail = statusDetail(view, nowMs)
  return (
    <p className="row-status">
      <span className="row-word">{statusWord(view)}</span>
      {detail}
    </p>
  )
}

function RowProgress({ view }: { readonly view: UploadView }) {
  if (view.phase === 'done' || view.phase === 'cancelled') return null
  const isLive = view.phase !== 'paused' && view.phase !== 'failed' && view.phase !== 'needs-you'
  return (
    <div className="row-progress">
      <ProgressBar
        label="Progress"
        percent={percentSent(view)}
        tone={isLive ? 'live' : 'resting'}
      />
    </div>
  )
}
