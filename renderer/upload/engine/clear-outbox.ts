import type { UploadId } from '../../../electron/contract/ids.ts'
import { MAX_BATCH } from '../../../electron/contract/limits.ts'
import { delayed } from './delayed.ts'
import { HOST_WAIT_MS, type MarkOutbox } from './mark-outbox.ts'
import type { Clock, UploadControl } from './ports.ts'
import type { Turnstile } from './turnstile.ts'

export interface ClearPorts {
  readonly control: UploadControl
  readonly clock: Clock
  readonly turnstile: Turnstile
  readonly marks: MarkOutbox
  readonly closing: AbortSignal
}

/**
 * Takes rows off the host's list. What the host refuses stays in its records and is on the list
 * again at the next start; while it is gone, this waits for it.
 */
export async function clearRecords(
  ports: ClearPorts,
  uploadIds: readonly UploadId[],
): Promise<void> {
  for (let from = 0; from < uploadIds.length; from += MAX_BATCH) {
    const batch = uploadIds.slice(from, from + MAX_BATCH)
    // The host clears only what it knows to have ended, so it must hear that first.
    await Promise.all(
      batch.map((uploadId) =>
        ports.turnstile.pass(uploadId, async () => {
          await ports.marks.send(uploadId)
        }),
      ),
    )
    if (ports.closing.aborted) return
    const cleared = await ports.control.clear(batch)
    if (cleared.ok || cleared.failure.kind !== 'host-gone') continue
    const rest = uploadIds.slice(from)
    delayed(ports.clock, HOST_WAIT_MS, ports.closing, () => void clearRecords(ports, rest))
    return
  }
}
