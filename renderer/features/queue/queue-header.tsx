import { Ban, Ellipsis } from 'lucide-react'
import { useState } from 'react'
import type { Destination } from '../../../electron/contract/commands/destinations.ts'
import { useQueue, useServices } from '../../app/services.tsx'
import { Button, IconButton } from '../../design/button.tsx'
import { ConfirmDialog } from '../../design/dialog.tsx'
import { formatCount, formatDuration, formatSpeed } from '../../design/format.ts'
import { Menu, MenuItem } from '../../design/menu.tsx'
import type { QueueTotals } from '../../engine/view/queue-view.ts'
import './queue-header.css'
import { Isolated } from '../../design/isolated.tsx'

/** The destination of drops, the totals of the queue, and the actions for all uploads. */
export function QueueHeader({ destination }: { readonly destination: Destination }) {
  const { uploadIds, totals } = useQueue()
  return (
    <header className="queue-header">
      <div className="queue-about">
        <div className="queue-destination">
          <h1>
            <Isolated text={destination.name} />
          </h1>
          {destination.kind === 's3' && <Path destination={destination} />}
        </div>
        {totals.unfinishedCount > 0 && <p className="queue-totals">{totalsText(totals)}</p>}
      </div>
      <QueueButtons rowCount={uploadIds.length} totals={totals} />
    </header>
  )
}

function Path({ destination: { bucket, prefix } }: { readonly destination: Destination }) {
  const path = `s3://${bucket}/${prefix}`
  return (
    <p className="mono queue-path" title={path}>
      <bdi>{path}</bdi>
    </p>
  )
}

/** 3 of 5 done · 38.4 MB/s · 2 min left */
function totalsText(totals: QueueTotals): string {
  const pieces = []
  const all = totals.unfinishedCount + totals.doneCount
  if (all > 1 && totals.doneCount > 0) pieces.push(`${totals.doneCount} of ${all} done`)
  else if (all > 1) pieces.push(formatCount(all, 'file', 'files'))
  if (totals.activeCount > 0) {
    if (totals.bytesPerSecond) pieces.push(formatSpeed(totals.bytesPerSecond))
    if (totals.msLeft !== null) pieces.push(`${formatDuration(totals.msLeft)} left`)
  }
  return pieces.join(' · ')
}

function QueueButtons({
  rowCount,
  totals,
}: {
  readonly rowCount: number
  readonly totals: QueueTotals
}) {
  const { queue } = useServices()
  const waitingForPersonCount = totals.stuckCount - totals.failedCount
  const canPause = totals.unfinishedCount > totals.pausedCount + waitingForPersonCount
  const notFinishedCount = totals.unfinishedCount + totals.failedCount
  const hasFinished = rowCount > notFinishedCount
  if (rowCount === 0) return null
  return (
    <div className="queue-buttons">
      {canPause && <Button onClick={queue.pauseAll}>Pause all</Button>}
      {totals.pausedCount > 0 && <Button onClick={queue.resumeAll}>Resume all</Button>}
      {totals.failedCount > 1 && <Button onClick={queue.retryAll}>Retry all</Button>}
      {hasFinished && (
        <Button tone="ghost" onClick={queue.clearFinished}>
          Hide finished
        </Button>
      )}
      {notFinishedCount > 1 && <CancelAll count={notFinishedCount} />}
    </div>
  )
}

function CancelAll({ count }: { readonly count: number }) {
  const { queue } = useServices()
  const [isAsking, setIsAsking] = useState(false)
  return (
    <>
      <Menu
        trigger={
          <IconButton label="More for all uploads">
            <Ellipsis size={17} />
          </IconButton>
        }
      >
        <MenuItem icon={<Ban size={15} aria-hidden="true" />} onSelect={() => setIsAsking(true)}>
          Cancel all…
        </MenuItem>
      </Menu>
      <ConfirmDialog
        isOpen={isAsking}
        title={`Cancel ${formatCount(count, 'upload', 'uploads')}?`}
        confirmLabel={`Cancel ${formatCount(count, 'upload', 'uploads')}`}
        cancelLabel="Keep uploading"
        onConfirm={queue.cancelAll}
        onClose={() => setIsAsking(false)}
      >
        What they have already sent is removed from the bucket. Finished files stay there.
      </ConfirmDialog>
    </>
  )
}
