import type { PartToSign, SignedPart } from '../../../electron/contract/commands/uploads.ts'
import type { UploadId } from '../../../electron/contract/ids.ts'
import { MAX_CONNECTIONS_PER_HOST } from '../../../electron/contract/limits.ts'
import { failed, type Outcome, succeeded } from '../../../electron/contract/outcome.ts'
import type { Clock, UploadControl } from '../ports.ts'

/** The age at which a URL is no longer used: signing is cheap, an expired attempt is not. */
export const MAX_SIGNATURE_AGE_MS = 60_000
/** Parts end in waves; with fewer signatures ready than one wave needs, more are requested. */
const MIN_SIGNED_AHEAD = MAX_CONNECTIONS_PER_HOST

interface Entry {
  readonly askedAtMs: number
  readonly checksum: string
  readonly batch: Promise<Outcome<readonly SignedPart[]>>
}

/**
 * Gets signatures just before they are needed: those of the parts that start now and of the next
 * few in one call, so that no connection waits for the host. Each signature is used for one
 * attempt, with the checksum that it was made for.
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
  prefetch(uploadId: UploadId, starting: readonly PartToSign[], next: readonly PartToSign[]): void {
    const entries = this.#entriesOf(uploadId)
    const isLacking = (part: PartToSign) => !this.#isUsable(entries.get(part.partNumber), part)
    const lacking = starting.filter(isLacking)
    const stock = next.filter((part) => !isLacking(part)).length
    const ahead = lacking.length > 0 || stock < MIN_SIGNED_AHEAD ? next.filter(isLacking) : []
    const wanted = [...lacking, ...ahead]
    if (wanted.length === 0) return
    const batch = this.#control.signParts({ uploadId, parts: wanted })
    const askedAtMs = this.#clock.now()
    for (const { partNumber, checksum } of wanted) {
      entries.set(partNumber, { askedAtMs, checksum, batch })
    }
    void this.#dropIfFailed(uploadId, ahead, batch)
  }

  /** Only the parts that start now report the failure; the later ones are requested again. */
  async #dropIfFailed(uploadId: UploadId, ahead: readonly PartToSign[], batch: Entry['batch']) {
    if ((await batch).ok) return
    const entries = this.#entries.get(uploadId)
    for (const { partNumber } of ahead) {
      if (entries?.get(partNumber)?.batch === batch) entries.delete(partNumber)
    }
  }

  /** Never rejects; the failures are those of the host's `signParts`. */
  async take(uploadId: UploadId, part: PartToSign): Promise<Outcome<SignedPart>> {
    const { partNumber } = part
    const entries = this.#entriesOf(uploadId)
    const entry = entries.get(partNumber)
    entries.delete(partNumber)
    const signed = await (this.#isUsable(entry, part)
      ? entry.batch
      : this.#control.signParts({ uploadId, parts: [part] }))
    if (!signed.ok) return signed
    const found = signed.value.find((one) => one.partNumber === partNumber)
    return found === undefined
      ? failed({ kind: 'internal', reference: `unsigned part ${partNumber}` })
      : succeeded(found)
  }

  /** The upload stopped: its signatures are no longer used. */
  forget(uploadId: UploadId): void {
    this.#entries.delete(uploadId)
  }

  #entriesOf(uploadId: UploadId): Map<number, Entry> {
    const entries = this.#entries.get(uploadId) ?? new Map<number, Entry>()
    this.#entries.set(uploadId, entries)
    return entries
  }

  #isUsable(entry: Entry | undefined, { checksum }: PartToSign): entry is Entry {
    return (
      entry !== undefined &&
      entry.checksum === checksum &&
      this.#clock.now() - entry.askedAtMs < MAX_SIGNATURE_AGE_MS
    )
  }
}
