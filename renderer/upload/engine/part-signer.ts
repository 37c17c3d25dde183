import type { UploadId } from '../../../electron/contract/ids.ts'
import { MAX_CONNECTIONS_PER_HOST } from '../../../electron/contract/limits.ts'
import { failed, type Outcome, succeeded } from '../../../electron/contract/outcome.ts'
import type { SignedPart } from '../../../electron/contract/upload.ts'
import type { Clock, UploadControl } from './ports.ts'

/** Signed so long ago, a URL is not used any more: signing is cheap, an expired try is not. */
export const MAX_SIGNATURE_AGE_MS = 60_000
/** Parts end in waves; with less than one wave's signatures in stock, more are asked for. */
const LOW_STOCK = MAX_CONNECTIONS_PER_HOST
/** How many parts beyond those that start now are signed with them: two waves. */
export const SIGNED_AHEAD = 2 * MAX_CONNECTIONS_PER_HOST

interface Entry {
  readonly askedAtMs: number
  readonly batch: Promise<Outcome<readonly SignedPart[]>>
}

/**
 * Gets signatures just before they are needed: those of the parts that start now in one call, and
 * those of the next few along with them, so that no slot stands idle for a question to the host.
 * Each is used for one try.
 */
export class PartSigner {
  readonly #control: UploadControl
  readonly #clock: Clock
  readonly #entries = new Map<UploadId, Map<number, Entry>>()

  constructor(control: UploadControl, clock: Clock) {
    this.#control = control
    this.#clock = clock
  }

  /** `starting` are about to be taken; `next` will follow soon. */
  prefetch(uploadId: UploadId, starting: readonly number[], next: readonly number[]): void {
    const entries = this.#entriesOf(uploadId)
    const isLacking = (partNumber: number) => !this.#isFresh(entries.get(partNumber))
    const lacking = starting.filter(isLacking)
    const stock = next.filter((partNumber) => !isLacking(partNumber)).length
    const ahead = lacking.length > 0 || stock < LOW_STOCK ? next.filter(isLacking) : []
    const wanted = [...lacking, ...ahead]
    if (wanted.length === 0) return
    const entry = this.#ask(uploadId, wanted, ahead)
    for (const partNumber of wanted) entries.set(partNumber, entry)
  }

  #ask(uploadId: UploadId, wanted: readonly number[], ahead: readonly number[]): Entry {
    const batch = this.#control.sign(uploadId, wanted).then((signed) => {
      // Only those that start now have failed; the later ones shall be asked for anew.
      if (!signed.ok) this.#drop(uploadId, ahead, entry)
      return signed
    })
    const entry: Entry = { askedAtMs: this.#clock.now(), batch }
    return entry
  }

  #drop(uploadId: UploadId, partNumbers: readonly number[], entry: Entry): void {
    const entries = this.#entries.get(uploadId)
    for (const partNumber of partNumbers) {
      if (entries?.get(partNumber) === entry) entries.delete(partNumber)
    }
  }

  /** Rejects never; the failures are those of the host's `signParts`. */
  async take(uploadId: UploadId, partNumber: number): Promise<Outcome<SignedPart>> {
    const entries = this.#entriesOf(uploadId)
    const entry = entries.get(partNumber)
    entries.delete(partNumber)
    const usable = entry !== undefined && this.#isFresh(entry)
    const signed = await (usable ? entry.batch : this.#control.sign(uploadId, [partNumber]))
    if (!signed.ok) return signed
    const part = signed.value.find((one) => one.partNumber === partNumber)
    return part === undefined
      ? failed({ kind: 'internal', reference: `unsigned part ${partNumber}` })
      : succeeded(part)
  }

  /** The upload stopped: nothing signed for it is used any more. */
  forget(uploadId: UploadId): void {
    this.#entries.delete(uploadId)
  }

  #entriesOf(uploadId: UploadId): Map<number, Entry> {
    const entries = this.#entries.get(uploadId) ?? new Map<number, Entry>()
    this.#entries.set(uploadId, entries)
    return entries
  }

  #isFresh(entry: Entry | undefined): boolean {
    return entry !== undefined && this.#clock.now() - entry.askedAtMs < MAX_SIGNATURE_AGE_MS
  }
}
