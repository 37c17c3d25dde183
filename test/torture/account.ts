import { type Sent, type Totals, UploadAccount, type Waste } from './upload-account.ts'

/**
 * Records for each part of each object how often it was sent, and whether every attempt but the
 * last was spoilt by a fault, interrupted by a kill, or belonged to an upload that the store
 * forgot. A part that is sent again for any other reason is waste.
 */
export class PartAccount {
  readonly #uploads = new Map<string, UploadAccount>()
  readonly #waste: Waste[] = []

  /** A part begins to be sent. `isSpoilt`: a fault was injected into it. */
  begin(key: string, partNumber: number, sent: Sent, isSpoilt: boolean): void {
    const waste = this.#of(key).begin(partNumber, sent, isSpoilt)
    if (waste !== null) this.#waste.push(waste)
  }

  /** The answer to this request stops the whole upload, including the parts that are being sent. */
  ends(key: string, sent: Sent): void {
    this.#of(key).ends(sent)
  }

  /** Host or browser was killed, which interrupts every request without an answer. */
  killed(): void {
    for (const upload of this.#uploads.values()) upload.killed()
  }

  /** The store deleted the upload of this key and all its parts. */
  forgotten(key: string): void {
    this.#of(key).forgotten()
  }

  /** Everything that was sent again without a reason. */
  waste(): readonly Waste[] {
    return this.#waste
  }

  totals(): Totals {
    const all = [...this.#uploads.values()].map((each) => each.totals())
    const sum = (of: keyof Totals) => all.reduce((total, each) => total + each[of], 0)
    return {
      sentBytes: sum('sentBytes'),
      neededBytes: sum('neededBytes'),
      wastedBytes: sum('wastedBytes'),
      allowedBytes: sum('allowedBytes'),
      sentAgain: sum('sentAgain'),
    }
  }

  #of(key: string): UploadAccount {
    const upload = this.#uploads.get(key) ?? new UploadAccount(key)
    this.#uploads.set(key, upload)
    return upload
  }
}
