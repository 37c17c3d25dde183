import type { Failure } from '../../electron/contract/failure.ts'
import { failed, succeeded } from '../../electron/contract/outcome.ts'
import type { ByteRange } from '../../electron/contract/part-plan.ts'
import type { FileSource } from '../../renderer/upload/engine/ports.ts'

/** A file without bytes, only lengths. */
export class FakeSource implements FileSource {
  /** Set: every read from now on fails so. */
  trouble: Failure | null = null
  readonly reads: ByteRange[] = []

  readonly check = async (signal: AbortSignal) => {
    signal.throwIfAborted()
    return this.trouble === null ? succeeded(null) : failed(this.trouble)
  }

  readonly read = async (range: ByteRange, signal: AbortSignal) => {
    signal.throwIfAborted()
    this.reads.push(range)
    if (this.trouble !== null) return failed(this.trouble)
    const byteLength = range.end - range.start
    return succeeded({ byteLength, payload: range })
  }
}
