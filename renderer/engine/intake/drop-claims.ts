import type { SourceId, UploadId } from '../../../electron/contract/ids.ts'
import { Semaphore } from '../../../electron/lib/semaphore.ts'
import type { SourceLookup } from '../ports.ts'
import type { UploadQueue, ViewPhase } from '../view/queue-view.ts'

/** Each check is a disk access. */
const MAX_CONCURRENT_CHECKS = 8

const FINISHED: ReadonlySet<ViewPhase> = new Set(['done', 'cancelled'])

/** One drop, choice or paste, from its start to its report. The moments are consecutive numbers. */
export interface Drop {
  readonly beganAt: number
  endedAt: number | null
}

/**
 * Knows which uploads lack their file, so that a file that is given again can be attached to its
 * upload. Files of one drop, or of two overlapping drops, are never matched to each other: each
 * ticket remembers its drop, and an upload can lack its file only if its ticket came with an
 * earlier drop or from an earlier page.
 */
export class DropClaims {
  readonly #queue: UploadQueue
  readonly #sources: SourceLookup
  readonly #dropOf = new Map<SourceId, Drop>()
  /** Uploads that a file is being matched to. */
  readonly #claimed = new Set<UploadId>()
  readonly #semaphore = new Semaphore(MAX_CONCURRENT_CHECKS)
  #moment = 0

  constructor(queue: UploadQueue, sources: SourceLookup) {
    this.#queue = queue
    this.#sources = sources
  }

  begin(): Drop {
    return { beganAt: this.#nextMoment(), endedAt: null }
  }

  end(drop: Drop): void {
    drop.endedAt = this.#nextMoment()
  }

  /** Must be called before the ticket is used anywhere else. */
  remember(sourceId: SourceId, drop: Drop): void {
    this.#dropOf.set(sourceId, drop)
  }

  /**
   * Finds the first of the uploads that lacks its file now, and reserves it for the caller, who
   * releases it once it has the file. Null: none lacks its file.
   */
  async claim(candidates: readonly UploadId[], drop: Drop): Promise<UploadId | null> {
    for (const uploadId of candidates) {
      if (this.#claimed.has(uploadId) || !this.#mayLackFile(uploadId, drop)) continue
      this.#claimed.add(uploadId)
      if (await this.#semaphore.run(() => this.#lacksFile(uploadId))) return uploadId
      this.#claimed.delete(uploadId)
    }
    return null
  }

  release(uploadId: UploadId): void {
    this.#claimed.delete(uploadId)
  }

  #mayLackFile(uploadId: UploadId, drop: Drop): boolean {
    const view = this.#queue.upload(uploadId)
    // A row that is not in the list, or is being removed from it, must not come back.
    if (view === undefined || view.isCancelling || FINISHED.has(view.phase)) return false
    const { sourceId } = view.record
    const came = sourceId === null ? undefined : this.#dropOf.get(sourceId)
    return came === undefined || (came.endedAt !== null && came.endedAt < drop.beganAt)
  }

  async #lacksFile(uploadId: UploadId): Promise<boolean> {
    const view = this.#queue.upload(uploadId)
    if (view === undefined) return false
    const source = this.#sources(view.record)
    return source === null || !(await source.check(new AbortController().signal)).ok
  }

  #nextMoment(): number {
    this.#moment += 1
    return this.#moment
  }
}
