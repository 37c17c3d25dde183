import { crcBeside } from '../../../electron/contract/checksum.ts'
import type { Failure } from '../../../electron/contract/failure.ts'
import { type Outcome, succeeded } from '../../../electron/contract/outcome.ts'
import { rangeOfPart } from '../../../electron/contract/part-plan.ts'
import { bytesOfPart } from './part-ledger.ts'
import type { PartSums } from './part-sums.ts'
import type { Checksums, FileSource, UploadControl } from './ports.ts'
import { READ_AT_ONCE, type ReadingGate, type ReadingOrder } from './reading-gate.ts'
import type { Row, Run } from './upload-row.ts'
import type { UploadEffect } from './upload-state.ts'

export interface RereadingParts {
  readonly control: UploadControl
  readonly checksums: Checksums
  readonly gate: ReadingGate
  readonly progressed: () => void
  readonly fail: (row: Row, failure: Failure) => void
}

type Which = (UploadEffect & { type: 'reread' })['which']

/** Reads again what the store has, to see that it is still what the file says. */
export class Rereading {
  readonly #parts: RereadingParts

  constructor(parts: RereadingParts) {
    this.#parts = parts
  }

  /** While parts are sent, one at a time: what is found out now need not be waited for later. */
  async inBackground(row: Row, run: Run, which: Which): Promise<void> {
    const { source } = run
    if (source === null || row.sums === null) return
    run.idle?.abort()
    const idle = new AbortController()
    run.idle = idle
    const signal = AbortSignal.any([idle.signal, run.controller.signal])
    try {
      const read = await this.#readIdly(row, row.sums, source, which, signal)
      // Anything else will be met again by whoever cannot go on without.
      if (!read.ok && read.failure.kind === 'source-changed') this.#parts.fail(row, read.failure)
    } catch (error) {
      if (!signal.aborted) throw error
    }
  }

  async #readIdly(
    row: Row,
    sums: PartSums,
    source: FileSource,
    which: Which,
    signal: AbortSignal,
  ): Promise<Outcome<null>> {
    for (const partNumber of sums.toReread(true)) {
      const read = await this.#reread(sums, source, partNumber, 'idle', signal)
      if (!read.ok) return read
    }
    if (which === 'held') return succeeded(null)
    const looked = await this.#parts.control.checkSource(row.uploadId)
    if (!looked.ok || looked.value.isUnwritten) return succeeded(null)
    for (const partNumber of sums.toReread(false)) {
      const read = await this.#reread(sums, source, partNumber, 'idle', signal)
      if (!read.ok) return read
    }
    return succeeded(null)
  }

  /** The final check. Rejects only when the run has ended. */
  async all(row: Row, { source, idle, controller }: Run): Promise<Outcome<null>> {
    idle?.abort()
    // A browser after a reload, with every part on the store and the file not at hand: each part
    // was summed up and checked when it was sent, and there is nothing to read again.
    if (source === null || row.sums === null) return succeeded(null)
    const { signal } = controller
    const checked = await source.check(signal)
    if (!checked.ok) return checked
    const looked = await this.#parts.control.checkSource(row.uploadId)
    if (!looked.ok) return looked
    return this.#readAll(row, row.sums, source, looked.value.isUnwritten, signal)
  }

  async #readAll(
    row: Row,
    sums: PartSums,
    source: FileSource,
    isUnwritten: boolean,
    signal: AbortSignal,
  ): Promise<Outcome<null>> {
    const left = [...sums.toReread(isUnwritten)]
    const bytesLeft = left.reduce((sum, each) => sum + bytesOfPart(sums.plan, each), 0)
    row.verifiedBytes = sums.plan.byteLength - bytesLeft
    this.#parts.progressed()
    let end: Outcome<null> = succeeded(null)
    const readOn = async () => {
      for (let next = left.shift(); next !== undefined && end.ok; next = left.shift()) {
        const read = await this.#reread(sums, source, next, 'next', signal)
        if (!read.ok) end = read
        row.verifiedBytes += bytesOfPart(sums.plan, next)
        this.#parts.progressed()
      }
    }
    await Promise.all(Array.from({ length: READ_AT_ONCE }, readOn))
    return end
  }

  #reread(
    sums: PartSums,
    source: FileSource,
    partNumber: number,
    order: ReadingOrder,
    signal: AbortSignal,
  ): Promise<Outcome<null>> {
    const { checksums, gate } = this.#parts
    return gate.pass(order, signal, async () => {
      const body = await source.read(rangeOfPart(sums.plan, partNumber), signal)
      if (!body.ok) return body
      if (sums.isCrcKnown(partNumber)) {
        const crc = await checksums.of(body.value, crcBeside(sums.algorithm), order, signal)
        return crc.ok ? sums.noteRereadCrc(partNumber, crc.value) : crc
      }
      const summed = await checksums.withCrc(body.value, sums.algorithm, order, signal)
      return summed.ok ? sums.noteReread(partNumber, summed.value) : summed
    })
  }
}
