import type { PreparedUpload } from '../../../electron/contract/commands/uploads.ts'
import type { Failure } from '../../../electron/contract/failure/kinds.ts'
import { type PartPlan, partCountOf } from '../../../electron/contract/part-plan.ts'

/**
 * The file, the store and the host of one upload, without time and without bytes: a part's bytes
 * are a version number, and so is its checksum.
 */
export class ModelWorld {
  readonly plan: PartPlan
  /** Whether the store refuses a part whose bytes are not those that were announced. */
  readonly checksBodies: boolean
  /** The versions of the file's parts, now and before. */
  readonly history: (readonly number[])[] = []
  readonly parts = new Map<number, { readonly sum: string; readonly version: number }>()
  object: readonly number[] | null = null
  isCancelled = false
  /** The store forgot the upload, and the host has not begun it anew. */
  isGone = false
  /** What the host does about an object of somebody else's, before the upload begins. */
  conflict: 'none' | 'ask' | 'skip' = 'none'
  isSkipped = false
  #hasBegun = false

  constructor(partCount: number, checksBodies: boolean) {
    this.plan =
      partCount === 1
        ? { mode: 'single', byteLength: 1 }
        : { mode: 'multipart', byteLength: partCount, partBytes: 1 }
    this.checksBodies = checksBodies
    this.history.push(Array.from({ length: partCount }, () => 1))
  }

  get partCount(): number {
    return partCountOf(this.plan)
  }

  get isEdited(): boolean {
    return this.history.length > 1
  }

  versionOf(partNumber: number): number {
    return this.history.at(-1)?.[partNumber - 1] ?? 0
  }

  sumNow(partNumber: number): string {
    return `v${this.versionOf(partNumber)}`
  }

  /** Somebody writes to that part of the file; to all of it, if it has no such part. */
  edit(partNumber: number): void {
    const isAll = partNumber < 1 || partNumber > this.partCount
    const now = this.history.at(-1) ?? []
    const isMeant = (at: number) => isAll || at === partNumber - 1
    this.history.push(now.map((version, at) => (isMeant(at) ? version + 1 : version)))
  }

  loseUpload(): void {
    if (this.object !== null) return
    this.parts.clear()
    this.isGone = true
  }

  /** The bytes are those of the moment in which they travel. */
  put(partNumber: number, sum: string): Failure | null {
    if (this.isCancelled || this.isGone || this.object !== null) return { kind: 'upload-gone' }
    if (this.checksBodies && this.sumNow(partNumber) !== sum) return { kind: 'body-corrupted' }
    this.parts.set(partNumber, { sum, version: this.versionOf(partNumber) })
    return null
  }

  /** Somebody else's object is there. */
  occupy(conflict: 'ask' | 'skip'): void {
    if (!this.#hasBegun) this.conflict = conflict
  }

  prepare(): PreparedUpload | 'cancelled' | 'asks' {
    if (this.isCancelled) return 'cancelled'
    if (this.conflict === 'ask') return 'asks'
    if (this.conflict === 'skip') {
      this.isCancelled = true
      this.isSkipped = true
      return 'cancelled'
    }
    this.#hasBegun = true
    this.isGone = false
    // One PUT leaves nothing behind that could be listed; the object is there, or it is not.
    const held = this.plan.mode === 'single' ? [] : [...this.parts]
    return {
      plan: this.plan,
      algorithm: 'crc64nvme',
      held: held.map(([partNumber, { sum }]) => ({
        partNumber,
        byteLength: 1,
        etag: '"e"',
        checksum: sum,
      })),
      isComplete: this.object !== null,
    }
  }

  complete(): Failure | null {
    if (this.object !== null) return null
    if (this.isCancelled) return { kind: 'wrong-state' }
    if (this.isGone || this.parts.size !== this.partCount) return { kind: 'upload-gone' }
    const numbers = Array.from({ length: this.partCount }, (_, at) => at + 1)
    this.object = numbers.map((partNumber) => this.parts.get(partNumber)?.version ?? 0)
    return null
  }

  /** False: too late, it is complete. */
  cancel(): boolean {
    if (this.object !== null) return false
    this.parts.clear()
    this.isCancelled = true
    return true
  }

  /** Whether the object is the file as it once was, all of it at the same time. */
  get isObjectWhole(): boolean {
    const { object } = this
    return object !== null && this.history.some((then) => then.join() === object.join())
  }
}
