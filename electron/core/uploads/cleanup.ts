import type { UploadRecord } from '../../contract/commands/uploads.ts'
import type { Failure } from '../../contract/failure/kinds.ts'
import { isDenied } from '../../contract/failure/s3-failure.ts'
import type { DestinationId, UploadId } from '../../contract/ids.ts'
import type { KeyedMutex } from '../../lib/keyed-mutex.ts'
import { cleanStore } from './cancel.ts'
import type { UploadContext } from './upload-context.ts'

const FIRST_PAUSE_MS = 30_000
const LONGEST_PAUSE_MS = 15 * 60_000

/** The store has answered: another upload there may well be cleaned up. */
function isAboutThisOne(failure: Failure): boolean {
  const { kind } = failure
  // Of one that was begun elsewhere no store was asked.
  if (kind === 'destination-moved') return true
  if (kind === 'busy' || kind === 'aborted') return true
  return isDenied(failure) || kind === 'store-refused'
}

/**
 * Cleans up after cancels that could not reach the store: at the start, and then again and again
 * with growing pauses until the store says that nothing is left.
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

  /** A round at once, and others while something is left. */
  start(): void {
    this.#pauseMs = FIRST_PAUSE_MS
    if (!this.#isSweeping) this.#round()
  }

  /** Something may have been left: tried again after a while. */
  remember(): void {
    if (!this.#isSweeping) this.#schedule()
  }

  /** A store has just answered: no need to wait for the end of the pause. */
  hurry(): void {
    if (this.#timer !== null) this.start()
  }

  /** One round; null means every destination. What the store does not answer is left for later. */
  async sweep(destinationId: DestinationId | null = null): Promise<void> {
    const cleaned: UploadRecord[] = []
    // A store that is silent about one is not asked about the others in this round.
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
    // Waiting must not keep Ferry alive.
    this.#timer.unref()
    this.#pauseMs = Math.min(this.#pauseMs * 2, LONGEST_PAUSE_MS)
  }
}
