import { MAX_CONNECTIONS_PER_HOST } from '../../../electron/contract/limits.ts'
import type { Outcome } from '../../../electron/contract/outcome.ts'
import { rangeOfPart } from '../../../electron/contract/part-plan.ts'
import type { Semaphore } from '../../../electron/lib/semaphore.ts'
import type { Checksums, FileSource, PartBody } from '../ports.ts'
import type { PartChecksums } from './part-checksums.ts'

/** How many parts are summed up beyond those that are being sent: two waves. */
export const PREFETCHED_PARTS = 2 * MAX_CONNECTIONS_PER_HOST

export interface ChecksumPrefetchDeps {
  readonly checksums: Checksums
  readonly readSemaphore: Semaphore
  readonly source: FileSource
  readonly partChecksums: PartChecksums
  /** Of the upload's run. */
  readonly signal: AbortSignal
  /** A part can be sent that could not before. */
  readonly changed: () => void
}

/**
 * Sums up the parts that are sent next, before they get a slot. What was read for that is let go
 * at once: a body is read again to be sent, so that only sums wait.
 */
export class ChecksumPrefetch {
  readonly #deps: ChecksumPrefetchDeps
  readonly #reading = new Set<number>()
  /** Reading ahead is a favour; whoever sends the part says what failed. */
  readonly #failed = new Set<number>()

  constructor(parts: ChecksumPrefetchDeps) {
    this.#deps = parts
  }

  /** `partNumbers` in the order in which they will be sent. */
  prefetch(partNumbers: readonly number[]): void {
    for (const partNumber of partNumbers) {
      if (this.isReady(partNumber) || this.#reading.has(partNumber)) continue
      this.#reading.add(partNumber)
      void this.#readAhead(partNumber)
    }
  }

  /** Nothing is left to be done for it before it gets a slot. */
  isReady(partNumber: number): boolean {
    return (
      this.#failed.has(partNumber) || this.#deps.partChecksums.checksumOf(partNumber) !== undefined
    )
  }

  /** For a part that is being sent. What failed when it was read ahead may be over, and is tried again. */
  async checksumOf(partNumber: number, body: PartBody): Promise<Outcome<string>> {
    this.#failed.delete(partNumber)
    const checksum = this.#deps.partChecksums.checksumOf(partNumber)
    return checksum === undefined ? this.#compute(partNumber, body) : { ok: true, value: checksum }
  }

  async #readAhead(partNumber: number): Promise<void> {
    const { readSemaphore, source, partChecksums: sums, signal, changed } = this.#deps
    try {
      const read = async () => {
        const body = await source.read(rangeOfPart(sums.plan, partNumber), signal)
        return body.ok ? this.#compute(partNumber, body.value) : body
      }
      const summed = await readSemaphore.run(read, { signal })
      if (!summed.ok) this.#failed.add(partNumber)
    } catch (error) {
      if (signal.aborted) return
      this.#failed.add(partNumber)
      throw error
    } finally {
      this.#reading.delete(partNumber)
      if (!signal.aborted) changed()
    }
  }

  async #compute(partNumber: number, body: PartBody): Promise<Outcome<string>> {
    const { checksums, partChecksums: sums, signal } = this.#deps
    const summed = await checksums.withCrc(body, sums.algorithm, 'next', signal)
    return summed.ok ? sums.recordRead(partNumber, summed.value) : summed
  }
}
