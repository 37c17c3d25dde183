import { S3Error } from './errors.ts'

const MAX_LINE_BYTES = 8 * 1024
const CRLF = Buffer.from('\r\n')

/** Reads lines and runs of bytes from a stream of buffers. */
export class ByteReader {
  readonly #source: AsyncIterator<Buffer>
  #held: Buffer = Buffer.alloc(0)

  constructor(source: AsyncIterable<Buffer>) {
    this.#source = source[Symbol.asyncIterator]()
  }

  /** Between 1 and `max` bytes. */
  async take(max: number): Promise<Buffer> {
    if (this.#held.length === 0 && !(await this.#more())) throw new S3Error('IncompleteBody')
    const piece = this.#held.subarray(0, max)
    this.#held = this.#held.subarray(piece.length)
    return piece
  }

  async line(): Promise<string> {
    const line = await this.lineOrEnd()
    if (line === null) throw new S3Error('IncompleteBody')
    return line
  }

  /** The next line without its line break; null at the end of the body. */
  async lineOrEnd(): Promise<string | null> {
    let at = this.#held.indexOf(CRLF)
    while (at < 0) {
      if (this.#held.length > MAX_LINE_BYTES) throw new S3Error('IncompleteBody')
      if (!(await this.#more())) {
        if (this.#held.length === 0) return null
        throw new S3Error('IncompleteBody')
      }
      at = this.#held.indexOf(CRLF)
    }
    const line = this.#held.toString('latin1', 0, at)
    this.#held = this.#held.subarray(at + CRLF.length)
    return line
  }

  /** Yields the bytes before the delimiter and consumes the delimiter. */
  async *until(delimiter: Buffer): AsyncGenerator<Buffer, void, undefined> {
    for (;;) {
      const at = this.#held.indexOf(delimiter)
      // The buffered bytes may end with the beginning of the delimiter.
      const sure = at < 0 ? Math.max(0, this.#held.length - delimiter.length + 1) : at
      if (sure > 0) yield this.#held.subarray(0, sure)
      this.#held = this.#held.subarray(at < 0 ? sure : sure + delimiter.length)
      if (at >= 0) return
      if (!(await this.#more())) throw new S3Error('IncompleteBody')
    }
  }

  async #more(): Promise<boolean> {
    const next = await this.#source.next()
    if (next.done === true) return false
    this.#held = this.#held.length === 0 ? next.value : Buffer.concat([this.#held, next.value])
    return true
  }
}
