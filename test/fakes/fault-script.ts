import type { Failure } from '../../electron/contract/failure/kinds.ts'
import type { UploadId } from '../../electron/contract/ids.ts'

/** A call of the control port, one of the three kinds of change in `syncUploads`, or a PUT. */
export type CallName =
  | 'prepare'
  | 'sign'
  | 'checkSource'
  | 'diagnoseNoResponse'
  | 'diagnoseSignature'
  | 'diagnoseSource'
  | 'complete'
  | 'cancel'
  | 'record'
  | 'mark'
  | 'clear'
  | 'put'

/** One scripted fault; used up once. */
export type Fault =
  /** Nothing is done, and this is answered. */
  | { readonly kind: 'refuse'; readonly failure: Failure }
  /** It is done, but the answer is lost. */
  | { readonly kind: 'lose-answer'; readonly failure: Failure; readonly until?: Promise<void> }
  /** All bytes move and are lost, and this is answered. */
  | { readonly kind: 'swallow'; readonly failure: Failure }
  /** No byte moves and no answer comes until the caller gives up. */
  | { readonly kind: 'hang' }
  /** All bytes move, and no answer comes until the caller gives up. */
  | { readonly kind: 'hang-at-end' }
  /** Waits for the promise, and is then done whether or not the caller has given up. */
  | { readonly kind: 'hold'; readonly until: Promise<void> }
  /** Waits for the promise, then nothing is done, and this is answered. */
  | { readonly kind: 'refuse-late'; readonly until: Promise<void>; readonly failure: Failure }

export interface Target {
  readonly uploadId: UploadId | undefined
  readonly partNumber: number
}
export type Meant = (target: Target) => boolean

/** What is to go wrong, in order. */
export class FaultScript {
  readonly #faults: { readonly call: CallName; readonly fault: Fault; readonly isMeant: Meant }[] =
    []

  add(call: CallName, fault: Fault, isMeant: Meant): void {
    this.#faults.push({ call, fault, isMeant })
  }

  take(call: CallName, target: Target): Fault | null {
    const at = this.#faults.findIndex((each) => each.call === call && each.isMeant(target))
    return at < 0 ? null : (this.#faults.splice(at, 1)[0]?.fault ?? null)
  }
}

/** `7` for the seventh upload, `7/3` for its third part. */
export function shortName({ uploadId, partNumber }: Target): string {
  const upload = Number.parseInt(uploadId?.slice(-12) ?? '0', 10)
  return partNumber === 0 ? `${upload}` : `${upload}/${partNumber}`
}
