import type { Failure } from '../../electron/contract/failure/kinds.ts'
import { failed, succeeded } from '../../electron/contract/outcome.ts'
import type { ByteRange } from '../../electron/contract/part-plan.ts'
import type { FileSource } from '../../renderer/engine/ports.ts'

/** A file without bytes: its content is the list of edits since it was chosen. */
export class FakeSource implements FileSource {
  /** If set, every read fails with this from now on. */
  trouble: Failure | null = null
  readonly reads: ByteRange[] = []
  readonly #edits: (number | 'all')[] = []

  readonly check = async (signal: AbortSignal) => {
    signal.throwIfAborted()
    return this.trouble === null ? succeeded(null) : failed(this.trouble)
  }

  readonly read = async (range: ByteRange, signal: AbortSignal) => {
    signal.throwIfAborted()
    this.reads.push(range)
    if (this.trouble !== null) return failed(this.trouble)
    return succeeded({ byteLength: range.end - range.start, payload: new FakeBytes(this, range) })
  }

  /** Another program writes to the file; its length and time stay the same. */
  edit(at: number | 'all'): void {
    this.#edits.push(at)
  }

  /** Another program restores the original file. */
  revert(): void {
    this.#edits.length = 0
  }

  textOf(range: ByteRange, editCount = this.#edits.length): string {
    const { start, end } = range
    const isMeant = (at: number | 'all') => at === 'all' || (start <= at && at < end)
    const edits = this.#edits.slice(0, editCount).filter(isMeant)
    return [`${start}-${end}`, ...edits].join(' ')
  }

  /** The texts of these ranges at each moment, now and after each earlier edit. */
  textsEver(ranges: readonly ByteRange[]): readonly (readonly string[])[] {
    return Array.from({ length: this.#edits.length + 1 }, (_, editCount) =>
      ranges.map((range) => this.textOf(range, editCount)),
    )
  }
}

/** A reference, like a browser's slice of a file: the bytes are those at the time of reading. */
class FakeBytes {
  readonly #source: FakeSource
  readonly #range: ByteRange

  constructor(source: FakeSource, range: ByteRange) {
    this.#source = source
    this.#range = range
  }

  text(): string {
    return this.#source.textOf(this.#range)
  }
}

/** The current text of a body; bodies of other kinds all have the same text. */
export function textOf(body: { readonly payload: unknown }): string {
  return body.payload instanceof FakeBytes ? body.payload.text() : 'bytes'
}

/** A checksum that is unique to its text. */
export function fakeChecksum(text: string): string {
  return Buffer.from(text).toString('base64')
}
