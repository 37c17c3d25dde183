import type { FilePool, PooledFile } from './file-pool.ts'
import type { RecordedUpload } from './recorded-uploads.ts'
import type { StoreTruth } from './store-truth.ts'
import { Violation } from './violation.ts'

/** An object whose content was verified against the file. */
interface Arrival {
  readonly key: string
  readonly file: PooledFile
}

/** The objects of the uploads that Ferry reported as done. */
export class Arrivals {
  readonly #store: StoreTruth
  readonly #shelf: FilePool
  /** Keyed by upload. */
  readonly #verified = new Map<string, Arrival>()
  /** Verified objects that were later removed to free disk space. */
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
   * Downloads and verifies the objects of newly finished uploads.
   * @param known all uploads that have ever been recorded.
   */
  async verify(known: Iterable<RecordedUpload>, records: readonly RecordedUpload[]): Promise<void> {
    const phases = new Map(records.map(({ uploadId, phase }) => [uploadId, phase]))
    for (const { uploadId, key, name } of known) {
      if (this.isVerified(uploadId)) continue
      const phase = phases.get(uploadId)
      // The operator never presses Cancel, and removes only verified uploads from the list.
      if (phase === undefined) throw new Violation(`"${name}" left the list by itself`)
      if (phase === 'cancelled') throw new Violation(`"${name}" was cancelled by nobody`)
      if (phase !== 'done') continue
      const arrival = { key, file: this.#shelf.expectFileOf(name) }
      await this.#compare(arrival)
      this.#verified.set(uploadId, arrival)
    }
  }

  /** Verifies again: an object that was once complete must not have changed. */
  async verifyAgain(): Promise<void> {
    for (const arrival of this.#verified.values()) await this.#compare(arrival)
  }

  /** Removes the largest verified objects until the rest fits. Returns their files. */
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
