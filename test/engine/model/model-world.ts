import type { PreparedUpload } from '../../../electron/contract/commands/uploads.ts'
import type { Failure } from '../../../electron/contract/failure/kinds.ts'
import { type PartPlan, partCountOf } from '../../../electron/contract/part-plan.ts'

/**
 * The file, the store and the host of one upload, without time and without bytes: the bytes of a
 * part are a version number, and so is its checksum.
 */
export class ModelWorld {
  readonly plan: PartPlan
  /** Whether the store refuses a part whose bytes do not match the signed checksum. */
  readonly checksBodies: boolean
  /** All versions of the file's parts, the current one last. */
  readonly history: (readonly number[])[] = []
  readonly parts = new Map<number, { readonly sum: string; readonly version: number }>()
  object: readonly number[] | null = null
  isCancelled = false
  /** The store lost the upload, and the host has not started it again. */
  isGone = false
  /** How the host reacts to another object with this key, before the upload starts. */
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

  /** Changes that part of the file; changes all of it if there is no such part. */
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

  /** The stored bytes are those at the time of sending. */
  put(partNumber: number, sum: string): Failure | null {
    if (this.isCancelled || this.isGone || this.object !== null) return { kind: 'upload-gone' }
    if (this.checksBodies && this.sumNow(partNumber) !== sum) return { kind: 'body-corrupted' }
    this.parts.set(partNumber, { sum, version: this.versionOf(partNumber) })
    return null
  }

  /** Puts another object at the upload's key. */
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
    // A single PUT leaves no parts to list; the object exists or it does not.
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

  /** False: too late, the upload is complete. */
  cancel(): boolean {
    if (this.object !== null) return false
    this.parts.clear()
    this.isCancelled = true
    return true
  }

  /** Whether the object equals one version of the whole file. */
  get isObjectWhole(): boolean {
    const { object } = this
    return object !== null && this.history.some((then) => then.join() === object.join())
  }
}
