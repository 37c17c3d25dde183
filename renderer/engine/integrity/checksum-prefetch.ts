import { MAX_CONNECTIONS_PER_HOST } from '../../../electron/contract/limits.ts'
import type { Outcome } from '../../../electron/contract/outcome.ts'
import { rangeOfPart } from '../../../electron/contract/part-plan.ts'
import type { Semaphore } from '../../../electron/lib/semaphore.ts'
import type { Checksums, FileSource, PartBody } from '../ports.ts'
import type { PartChecksums } from './part-checksums.ts'

/** How many parts get their checksums computed beyond those being sent: two waves. */
export const PREFETCHED_PARTS = 2 * MAX_CONNECTIONS_PER_HOST

export interface ChecksumPrefetchDeps {
  readonly checksums: Checksums
  readonly readSemaphore: Semaphore
  readonly source: FileSource
  readonly partChecksums: PartChecksums
  /** The signal of the upload's run. */
  readonly signal: AbortSignal
  /** Called when a part becomes ready to be sent. */
  readonly changed: () => void
}

/**
 * Computes the checksums of the parts that are sent next, before they get a connection. The bytes
 * read for that are released at once and read again for sending, so that only checksums stay in
 * memory.
 */
export class ChecksumPrefetch {
  readonly #deps: ChecksumPrefetchDeps
  readonly #reading = new Set<number>()
  /** Failed reads are not reported here: the failure is reported when the part is sent. */
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

  /** Nothing is left to be done for the part before it gets a connection. */
  isReady(partNumber: number): boolean {
    return (
      this.#failed.has(partNumber) || this.#deps.partChecksums.checksumOf(partNumber) !== undefined
    )
  }

  /**
   * For a part that is being sent. A failed prefetch is tried again, since its cause may have gone.
   */
  async checksumOf(partNumber: number, body: PartBody): Promise<Outcome<string>> {
    this.#failed.delete(partNumber)
    const checksum = this.#deps.partChecksums.checksumOf(partNumber)
    return checksum === undefined ? this.#compute(partNumber, body) : { ok: true, value: checksum }
  }

  async #readAhead(partNumber: number): Promise<void> {
    const { readSemaphore, source, partChecksums, signal, changed } = this.#deps
    try {
      const read = async () => {
        const body = await source.read(rangeOfPart(partChecksums.plan, partNumber), signal)
        return body.ok ? this.#compute(partNumber, body.value) : body
      }
      const result = await readSemaphore.run(read, { signal })
      if (!result.ok) this.#failed.add(partNumber)
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
    const { checksums, partChecksums, signal } = this.#deps
    const result = await checksums.withCrc(body, partChecksums.algorithm, 'next', signal)
    return result.ok ? partChecksums.recordRead(partNumber, result.value) : result
  }
}
