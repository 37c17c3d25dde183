import type { UploadRecord } from '../../contract/commands/uploads.ts'
import type { Failure } from '../../contract/failure/kinds.ts'
import { isDenied } from '../../contract/failure/s3-failure.ts'
import type { DestinationId, UploadId } from '../../contract/ids.ts'
import type { KeyedMutex } from '../../lib/keyed-mutex.ts'
import { cleanStore } from './cancel.ts'
import type { UploadContext } from './upload-context.ts'

const FIRST_PAUSE_MS = 30_000
const LONGEST_PAUSE_MS = 15 * 60_000

/** The store answered, so cleaning up other uploads there may still succeed. */
function isAboutThisOne(failure: Failure): boolean {
  const { kind } = failure
  // No store was asked about an upload that began at another destination.
  if (kind === 'destination-moved') return true
  if (kind === 'busy' || kind === 'aborted') return true
  return isDenied(failure) || kind === 'store-refused'
}

/**
 * Cleans up after cancels that could not reach the store: at the start, and then repeatedly with
 * growing pauses until the store says that nothing is left.
 */
export class CleanupQueue {
  readonly #context: UploadContext
  readonly #mutex: KeyedMutex<UploadId>
  #timer: NodeJS.Timeout | null = null
  #pauseMs = FIRST_PAUSE_MS
  #isSweeping = false
  #isClosed = false

  constructor(context: UploadContext, mutex: KeyedMutex<UploadId>) {
    this.#context = context
    this.#mutex = mutex
  }

  /** Runs one round at once, and further rounds while something is left. */
  start(): void {
    this.#pauseMs = FIRST_PAUSE_MS
    if (!this.#isSweeping) this.#round()
  }

  /** Something may have been left behind, so a round follows after a pause. */
  remember(): void {
    if (!this.#isSweeping) this.#schedule()
  }

  /** A store has just answered, so the next round need not wait for the end of the pause. */
  hurry(): void {
    if (this.#timer !== null) this.start()
  }

  /**
   * Runs one round; null means every destination. Uploads whose store gives no answer wait for a
   * later round.
   */
  async sweep(destinationId: DestinationId | null = null): Promise<void> {
    const cleaned: UploadRecord[] = []
    // A store that did not answer for one upload is not asked about its others in this round.
    const silent = new Set<DestinationId>()
    for (const row of this.#context.records.uploads.toClean(destinationId)) {
      if (this.#isClosed) return
      const { uploadId, destinationId: at } = row.record
      if (silent.has(at)) continue
      const { record, failure } = await this.#mutex.run(uploadId, (signal) =>
        cleanStore(this.#context, row, signal),
      )
      if (failure !== null && !isAboutThisOne(failure)) silent.add(at)
      if (failure === null && record !== null) cleaned.push(record)
    }
    if (cleaned.length > 0) this.#context.changed(cleaned)
  }

  close(): void {
    this.#isClosed = true
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
  }

  #round(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    this.#isSweeping = true
    this.sweep()
      .catch((error: unknown) => this.#context.log.error({ error }, 'Cleaning up failed'))
      .finally(() => {
        this.#isSweeping = false
        this.#schedule()
      })
  }

  #schedule(): void {
    if (this.#isClosed || this.#timer !== null) return
    if (this.#context.records.uploads.toClean(null).length === 0) return
    this.#timer = setTimeout(() => this.#round(), this.#pauseMs)
    // Waiting must not keep Ferry's process alive.
    this.#timer.unref()
    this.#pauseMs = Math.min(this.#pauseMs * 2, LONGEST_PAUSE_MS)
  }
}
