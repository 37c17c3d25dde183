import { type RefObject, useRef, useSyncExternalStore } from 'react'
import type { UploadId } from '../../../electron/contract/ids.ts'
import { MAX_BATCH } from '../../../electron/contract/limits.ts'
import type { ConflictDecision } from '../../../electron/contract/rules/upload-rules.ts'
import { useServices } from '../../app/services.tsx'
import { Button } from '../../design/button.tsx'
import { Notice } from '../../design/notice.tsx'
import { useToasts } from '../../design/toasts.tsx'
import { useFocusKeeper } from '../../design/use-focus-keeper.ts'
import type { UploadQueue } from '../../engine/view/queue-view.ts'
import { failureSentence } from '../../failures/failure-text.ts'

/**
 * Lets the user decide for all rows at once when several objects exist already. `area` contains the
 * notice and the list, which gets the keyboard focus when the notice disappears.
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
        title={`${askingCount} uploads need your decision: the bucket already has files with these names.`}
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

/** The first choice is the one that loses nothing. */
const CHOICES: readonly (readonly [ConflictDecision, string])[] = [
  ['keep-both', 'Keep both'],
  ['replace', 'Replace'],
  ['skip', 'Skip'],
]

/** The choices for an object that exists already. */
export function ConflictButtons({
  uploadIds,
  forAll = '',
}: {
  /** Read when the user decides, because the list may have grown by then. */
  readonly uploadIds: () => readonly UploadId[]
  /** Follows each button's label. */
  readonly forAll?: string
}) {
  const decide = useDecideConflict()
  return CHOICES.map(([decision, label], index) => (
    <Button
      key={decision}
      tone={index === 0 ? 'primary' : 'plain'}
      onClick={() => decide(uploadIds(), decision)}
    >
      {label}
      {forAll}
    </Button>
  ))
}

type Decide = (uploadIds: readonly UploadId[], decision: ConflictDecision) => void

/** Sends the decision to the host, and lets the rows go on. */
function useDecideConflict(): Decide {
  const { commands, queue } = useServices()
  const { say } = useToasts()
  const isDeciding = useRef(false)
  const decideAll: (...input: Parameters<Decide>) => Promise<void> = async (
    uploadIds,
    decision,
  ) => {
    for (let from = 0; from < uploadIds.length; from += MAX_BATCH) {
      const batch = uploadIds.slice(from, from + MAX_BATCH)
      const decided = await commands.decideConflict({ uploadIds: batch, decision })
      if (!decided.ok) return say('The decision was not saved.', failureSentence(decided.failure))
      queue.adopt(decided.value.uploads)
      for (const uploadId of batch) queue.retry(uploadId)
    }
  }
  return (uploadIds, decision) => {
    if (isDeciding.current) return
    isDeciding.current = true
    void decideAll(uploadIds, decision).finally(() => {
      isDeciding.current = false
    })
  }
}
