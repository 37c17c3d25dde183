import { type RefObject, useSyncExternalStore } from 'react'
import type { UploadId } from '../../../electron/contract/ids.ts'
import { Notice } from '../../design/notice.tsx'
import { useFocusKeeper } from '../../design/use-focus-keeper.ts'
import type { UploadQueue } from '../../engine/view/queue-view.ts'
import { useServices } from '../services/services.tsx'
import { ConflictButtons } from './conflict-buttons.tsx'

/**
 * One answer for all, where several rows ask what shall become of an object that is there.
 * `area` holds the notice and the list, where the keyboard goes on when the notice has gone.
 */
export function ConflictNotice({ area }: { readonly area: RefObject<HTMLElement | null> }) {
  const { queue } = useServices()
  const askingCount = useSyncExternalStore(
    queue.subscribe,
    () => queue.snapshot().totals.askingCount,
  )
  const focusKeeper = useFocusKeeper(area)
  if (askingCount < 2) return null
  return (
    <div className="upload-notice" {...focusKeeper}>
      <Notice
        tone="warn"
        title={`${askingCount} uploads need you: the bucket already has files of these names.`}
        action={
          <ConflictButtons uploadIds={() => askingIn(queue)} forAll={` for all ${askingCount}`} />
        }
      >
        <p>Decide for each in its row, or for all at once.</p>
      </Notice>
    </div>
  )
}

function askingIn(queue: UploadQueue): readonly UploadId[] {
  return queue.snapshot().uploadIds.filter((uploadId) => {
    const view = queue.upload(uploadId)
    return view?.phase === 'needs-you' && view.failure?.kind === 'key-taken'
  })
}
