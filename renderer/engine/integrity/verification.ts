import { crcBeside } from '../../../electron/contract/checksum.ts'
import type { Failure } from '../../../electron/contract/failure/kinds.ts'
import { type Outcome, succeeded } from '../../../electron/contract/outcome.ts'
import { rangeOfPart } from '../../../electron/contract/part-plan.ts'
import type { Priority, Semaphore } from '../../../electron/lib/semaphore.ts'
import type { UploadEffect } from '../machine/events.ts'
import { bytesOfPart } from '../machine/part-table.ts'
import type { Checksums, FileSource, UploadControl } from '../ports.ts'
import type { Run, Upload } from '../upload.ts'
import type { ProgressMeter } from '../view/progress-meter.ts'
import type { PartChecksums } from './part-checksums.ts'

/** A body may be a whole part in memory, so only a few parts are read besides those being sent. */
export const MAX_CONCURRENT_READS = 2

export interface VerificationDeps {
  readonly control: UploadControl
  readonly checksums: Checksums
  readonly readSemaphore: Semaphore
  readonly meter: ProgressMeter
}

type Which = (UploadEffect & { type: 'reread' })['which']

/** Reads parts that the store has again, to prove that the file is still the one that was sent. */
export class Verification {
  readonly #deps: VerificationDeps

  constructor(deps: VerificationDeps) {
    this.#deps = deps
  }

  /**
   * Reads one part at a time while others are sent, so that less is left to read at the end.
   * Returns only `source-changed`; any other failure comes up again in the step that needs the
   * file.
   */
  async inBackground(upload: Upload, run: Run, which: Which): Promise<Failure | null> {
    const { source } = run
    const { checksums, uploadId } = upload
    if (source === null || checksums === null) return null
    const signal = run.beginBackgroundReading()
    try {
      const stored = await this.#rereadIdly(checksums, source, true, signal)
      if (!stored.ok) return changeIn(stored.failure)
      if (which === 'stored') return null
      const looked = await this.#deps.control.checkSource({ uploadId })
      if (!looked.ok || looked.value.isUnwritten) return null
      const all = await this.#rereadIdly(checksums, source, false, signal)
      return all.ok ? null : changeIn(all.failure)
    } catch (error) {
      if (!signal.aborted) throw error
      return null
    }
  }

  async #rereadIdly(
    checksums: PartChecksums,
    source: FileSource,
    isUnwritten: boolean,
    signal: AbortSignal,
  ): Promise<Outcome<null>> {
    for (const partNumber of checksums.partsToReread(isUnwritten)) {
      const read = await this.#reread(checksums, source, partNumber, 'idle', signal)
      if (!read.ok) return read
    }
    return succeeded(null)
  }

  /** The final check before the upload is completed. Rejects only when the run has ended. */
  async verify(upload: Upload, run: Run): Promise<Outcome<null>> {
    run.endBackgroundReading()
    const { source, signal } = run
    // After a reload in a browser, the store may have all parts while the page does not have the
    // file. Each part was checked against its checksum when it was sent; nothing can be read again.
    if (source === null || upload.checksums === null) return succeeded(null)
    const checked = await source.check(signal)
    if (!checked.ok) return checked
    const looked = await this.#deps.control.checkSource({ uploadId: upload.uploadId })
    if (!looked.ok) return looked
    return this.#rereadAll(upload, upload.checksums, source, looked.value.isUnwritten, signal)
  }

  async #rereadAll(
    upload: Upload,
    checksums: PartChecksums,
    source: FileSource,
    isUnwritten: boolean,
    signal: AbortSignal,
  ): Promise<Outcome<null>> {
    const { meter } = this.#deps
    const { plan } = checksums
    const left = [...checksums.partsToReread(isUnwritten)]
    const bytesLeft = left.reduce((sum, each) => sum + bytesOfPart(plan, each), 0)
    upload.verifiedFrom(plan.byteLength - bytesLeft)
    meter.moved()
    let outcome: Outcome<null> = succeeded(null)
    const readOn = async () => {
      for (let next = left.shift(); next !== undefined && outcome.ok; next = left.shift()) {
        const read = await this.#reread(checksums, source, next, 'next', signal)
        if (!read.ok) outcome = read
        upload.addVerified(bytesOfPart(plan, next))
        meter.moved()
      }
    }
    await Promise.all(Array.from({ length: MAX_CONCURRENT_READS }, readOn))
    return outcome
  }

  #reread(
    known: PartChecksums,
    source: FileSource,
    partNumber: number,
    priority: Priority,
    signal: AbortSignal,
  ): Promise<Outcome<null>> {
    const { checksums, readSemaphore } = this.#deps
    const read = async () => {
      const body = await source.read(rangeOfPart(known.plan, partNumber), signal)
      if (!body.ok) return body
      if (known.isCrcKnown(partNumber)) {
        const crc = await checksums.of(body.value, crcBeside(known.algorithm), priority, signal)
        return crc.ok ? known.recordRereadCrc(partNumber, crc.value) : crc
      }
      const computed = await checksums.withCrc(body.value, known.algorithm, priority, signal)
      return computed.ok ? known.recordReread(partNumber, computed.value) : computed
    }
    return readSemaphore.run(read, { priority, signal })
  }
}

function changeIn(failure: Failure): Failure | null {
  return failure.kind === 'source-changed' ? failure : null
}
