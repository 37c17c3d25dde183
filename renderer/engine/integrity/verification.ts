import { crcBeside } from '../../../electron/contract/checksum.ts'
import type { Failure } from '../../../electron/contract/failure/kinds.ts'
import { type Outcome, succeeded } from '../../../electron/contract/outcome.ts'
import { rangeOfPart } from '../../../electron/contract/part-plan.ts'
import type { Priority, Semaphore } from '../../../electron/lib/semaphore.ts'
import type { UploadEffect } from '../machine/events.ts'
import { bytesOfPart } from '../machine/part-table.ts'
import type { Checksums, FileSource, UploadControl } from '../ports.ts'
import type { Run, Upload } from '../upload.ts'
import type { PartChecksums } from './part-checksums.ts'

/** A body may be a whole part in memory, so few are read besides those that are being sent. */
export const MAX_CONCURRENT_READS = 2

export interface VerificationDeps {
  readonly control: UploadControl
  readonly checksums: Checksums
  readonly readSemaphore: Semaphore
  readonly progressed: () => void
  readonly fail: (row: Upload, failure: Failure) => void
}

type Which = (UploadEffect & { type: 'reread' })['which']

/** Reads again what the store has, to see that it is still what the file says. */
export class Verification {
  readonly #deps: VerificationDeps

  constructor(parts: VerificationDeps) {
    this.#deps = parts
  }

  /** While parts are sent, one at a time: what is found out now need not be waited for later. */
  async inBackground(row: Upload, run: Run, which: Which): Promise<void> {
    const { source } = run
    if (source === null || row.checksums === null) return
    run.backgroundReading?.abort()
    const idle = new AbortController()
    run.backgroundReading = idle
    const signal = AbortSignal.any([idle.signal, run.controller.signal])
    try {
      const read = await this.#rereadInBackground(row, row.checksums, source, which, signal)
      // Anything else will be met again by whoever cannot go on without.
      if (!read.ok && read.failure.kind === 'source-changed') this.#deps.fail(row, read.failure)
    } catch (error) {
      if (!signal.aborted) throw error
    }
  }

  async #rereadInBackground(
    row: Upload,
    sums: PartChecksums,
    source: FileSource,
    which: Which,
    signal: AbortSignal,
  ): Promise<Outcome<null>> {
    for (const partNumber of sums.partsToReread(true)) {
      const read = await this.#reread(sums, source, partNumber, 'idle', signal)
      if (!read.ok) return read
    }
    if (which === 'stored') return succeeded(null)
    const looked = await this.#deps.control.checkSource(row.uploadId)
    if (!looked.ok || looked.value.isUnwritten) return succeeded(null)
    for (const partNumber of sums.partsToReread(false)) {
      const read = await this.#reread(sums, source, partNumber, 'idle', signal)
      if (!read.ok) return read
    }
    return succeeded(null)
  }

  /** The final check. Rejects only when the run has ended. */
  async verify(
    row: Upload,
    { source, backgroundReading: idle, controller }: Run,
  ): Promise<Outcome<null>> {
    idle?.abort()
    // A browser after a reload, with every part on the store and the file not at hand: each part
    // was summed up and checked when it was sent, and there is nothing to read again.
    if (source === null || row.checksums === null) return succeeded(null)
    const { signal } = controller
    const checked = await source.check(signal)
    if (!checked.ok) return checked
    const looked = await this.#deps.control.checkSource(row.uploadId)
    if (!looked.ok) return looked
    return this.#rereadAll(row, row.checksums, source, looked.value.isUnwritten, signal)
  }

  async #rereadAll(
    row: Upload,
    sums: PartChecksums,
    source: FileSource,
    isUnwritten: boolean,
    signal: AbortSignal,
  ): Promise<Outcome<null>> {
    const left = [...sums.partsToReread(isUnwritten)]
    const bytesLeft = left.reduce((sum, each) => sum + bytesOfPart(sums.plan, each), 0)
    row.verifiedBytes = sums.plan.byteLength - bytesLeft
    this.#deps.progressed()
    let end: Outcome<null> = succeeded(null)
    const readOn = async () => {
      for (let next = left.shift(); next !== undefined && end.ok; next = left.shift()) {
        const read = await this.#reread(sums, source, next, 'next', signal)
        if (!read.ok) end = read
        row.verifiedBytes += bytesOfPart(sums.plan, next)
        this.#deps.progressed()
      }
    }
    await Promise.all(Array.from({ length: MAX_CONCURRENT_READS }, readOn))
    return end
  }

  #reread(
    sums: PartChecksums,
    source: FileSource,
    partNumber: number,
    order: Priority,
    signal: AbortSignal,
  ): Promise<Outcome<null>> {
    const { checksums, readSemaphore } = this.#deps
    const read = async () => {
      const body = await source.read(rangeOfPart(sums.plan, partNumber), signal)
      if (!body.ok) return body
      if (sums.isCrcKnown(partNumber)) {
        const crc = await checksums.of(body.value, crcBeside(sums.algorithm), order, signal)
        return crc.ok ? sums.recordRereadCrc(partNumber, crc.value) : crc
      }
      const summed = await checksums.withCrc(body.value, sums.algorithm, order, signal)
      return summed.ok ? sums.recordReread(partNumber, summed.value) : summed
    }
    return readSemaphore.run(read, { priority: order, signal })
  }
}
