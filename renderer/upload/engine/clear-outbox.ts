import type { UploadId } from '../../../electron/contract/ids.ts'
import { MAX_BATCH } from '../../../electron/contract/limits.ts'
import type { KeyedMutex } from '../../../electron/lib/keyed-mutex.ts'
import { isWorthResending } from '../../engine/retry-policy.ts'
import { callAfter } from './delayed.ts'
import { HOST_WAIT_MS, type MarkOutbox } from './mark-outbox.ts'
import type { Clock, UploadControl } from './ports.ts'

export interface ClearDeps {
  readonly control: UploadControl
  readonly clock: Clock
  readonly mutex: KeyedMutex
  readonly marks: MarkOutbox
  readonly closing: AbortSignal
}

/**
 * Takes rows off the host's list. What the host refuses stays in its records and is on the list
 * again at the next start; while it is gone, this waits for it.
 */
export async function clearRecords(
  ports: ClearDeps,
  uploadIds: readonly UploadId[],
): Promise<void> {
  for (let from = 0; from < uploadIds.length; from += MAX_BATCH) {
    const batch = uploadIds.slice(from, from + MAX_BATCH)
    await sendMarks(ports, batch)
    if (ports.closing.aborted) return
    if (await clearBatch(ports, batch)) continue
    const rest = uploadIds.slice(from)
    callAfter(ports.clock, HOST_WAIT_MS, ports.closing, () => void clearRecords(ports, rest))
    return
  }
}

/** The host clears only what it knows to have ended, so it must hear of that first. */
async function sendMarks({ mutex, marks }: ClearDeps, uploadIds: readonly UploadId[]) {
  const tell = (uploadId: UploadId) =>
    mutex.run(uploadId, async () => {
      await marks.send(uploadId)
    })
  await Promise.all(uploadIds.map(tell))
}

/** Answers whether the host could do it now. It clears all or none, so one odd row is singled out. */
async function clearBatch(ports: ClearDeps, uploadIds: readonly UploadId[]): Promise<boolean> {
  const cleared = await ports.control.clear(uploadIds)
  if (cleared.ok) return true
  if (isWorthResending(cleared.failure)) return false
  if (uploadIds.length < 2) return true
  const middle = Math.ceil(uploadIds.length / 2)
  const isThere = await clearBatch(ports, uploadIds.slice(0, middle))
  return isThere && clearBatch(ports, uploadIds.slice(middle))
}
