import type { FilePool, PooledFile } from './file-pool.ts'
import type { RecordedUpload } from './recorded-uploads.ts'
import type { StoreTruth } from './store-truth.ts'
import { Violation } from './violation.ts'

/** An object that was found to be the file's. */
interface Arrival {
  readonly key: string
  readonly file: PooledFile
}

/** The objects of the uploads that Ferry called done. */
export class Arrivals {
  readonly #store: StoreTruth
  readonly #shelf: FilePool
  /** By upload. */
  readonly #verified = new Map<string, Arrival>()
  /** Objects that were removed after they were verified, to make room. */
  readonly #retired = new Map<string, PooledFile>()

  constructor(store: StoreTruth, shelf: FilePool) {
    this.#store = store
    this.#shelf = shelf
  }

  get files(): PooledFile[] {
    return [...[...this.#verified.values()].map(({ file }) => file), ...this.#retired.values()]
  }

  keys(): Set<string> {
    return new Set([...this.#verified.values()].map(({ key }) => key))
  }

  isVerified(uploadId: string): boolean {
    return this.#verified.has(uploadId) || this.#retired.has(uploadId)
  }

  /**
   * Downloads what is done and was not looked at yet.
   * @param known every upload that there ever was.
   */
  async verify(known: Iterable<RecordedUpload>, records: readonly RecordedUpload[]): Promise<void> {
    const phases = new Map(records.map(({ uploadId, phase }) => [uploadId, phase]))
    for (const { uploadId, key, name } of known) {
      if (this.isVerified(uploadId)) continue
      const phase = phases.get(uploadId)
      // Nobody presses Cancel, or takes off the list what was not verified.
      if (phase === undefined) throw new Violation(`"${name}" left the list by itself`)
      if (phase === 'cancelled') throw new Violation(`"${name}" was cancelled by nobody`)
      if (phase !== 'done') continue
      const arrival = { key, file: this.#shelf.expectFileOf(name) }
      await this.#compare(arrival)
      this.#verified.set(uploadId, arrival)
    }
  }

  /** A second time: what once was whole must not have been touched since. */
  async verifyAgain(): Promise<void> {
    for (const arrival of this.#verified.values()) await this.#compare(arrival)
  }

  /** Removes the largest objects that were verified until the others fit. Answers their files. */
  async makeRoom(limitBytes: number): Promise<PooledFile[]> {
    const largest = [...this.#verified].sort(
      ([, one], [, other]) => other.file.byteLength - one.file.byteLength,
    )
    let bytes = largest.reduce((sum, [, { file }]) => sum + file.byteLength, 0)
    const retired: PooledFile[] = []
    for (const [uploadId, { key, file }] of largest) {
      if (bytes <= limitBytes) break
      await this.#store.remove(key)
      this.#verified.delete(uploadId)
      this.#retired.set(uploadId, file)
      retired.push(file)
      bytes -= file.byteLength
    }
    return retired
  }

  async #compare({ key, file }: Arrival): Promise<void> {
    const object = await this.#store.object(key)
    if (object === null) throw new Violation(`"${key}" is done, and not in the bucket`)
    if ((await this.#store.sha256(key)) === file.sha256) return
    const lengths = `${object.byteLength} bytes there, ${file.byteLength} in the file`
    throw new Violation(`"${key}" is done, and what is in the bucket differs: ${lengths}`)
  }
}
