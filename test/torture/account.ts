import { type Sent, type Totals, UploadAccount, type Waste } from './upload-account.ts'

/**
 * Follows each part of each object: how often it was sent, and whether each time but the last was
 * spoilt by a fault, on its way at a kill, or of an upload that the store forgot. A part that is
 * sent again without any of these is waste.
 */
export class PartAccount {
  readonly #uploads = new Map<string, UploadAccount>()
  readonly #waste: Waste[] = []

  /** A part begins to travel. `isSpoilt`: a fault was dealt to it. */
  begin(key: string, partNumber: number, sent: Sent, isSpoilt: boolean): void {
    const waste = this.#of(key).begin(partNumber, sent, isSpoilt)
    if (waste !== null) this.#waste.push(waste)
  }

  /** The answer to this request stops the whole upload, and with it the parts on their way. */
  ends(key: string, sent: Sent): void {
    this.#of(key).ends(sent)
  }

  /** Host or browser was killed: what has no answer yet was on its way. */
  killed(): void {
    for (const upload of this.#uploads.values()) upload.killed()
  }

  /** The store threw the upload of this key away, with all that it held of it. */
  forgotten(key: string): void {
    this.#of(key).forgotten()
  }

  /** Everything that was sent again for no reason. */
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
