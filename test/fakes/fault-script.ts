import type { Failure } from '../../electron/contract/failure/kinds.ts'
import type { UploadId } from '../../electron/contract/ids.ts'

/** A command of the control port, one of the three kinds of change in `syncUploads`, or a PUT. */
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

/** One scripted fault, which occurs once. */
export type Fault =
  /** Nothing is done, and this failure is returned. */
  | { readonly kind: 'refuse'; readonly failure: Failure }
  /** The command is done, but its answer is lost. */
  | { readonly kind: 'lose-answer'; readonly failure: Failure; readonly until?: Promise<void> }
  /** All bytes are sent and lost, and this failure is returned. */
  | { readonly kind: 'swallow'; readonly failure: Failure }
  /** No byte is sent and no answer arrives until the caller gives up. */
  | { readonly kind: 'hang' }
  /** All bytes are sent, and no answer arrives until the caller gives up. */
  | { readonly kind: 'hang-at-end' }
  /** Waits for the promise, and is then done even if the caller has given up. */
  | { readonly kind: 'hold'; readonly until: Promise<void> }
  /** Waits for the promise; then nothing is done, and this failure is returned. */
  | { readonly kind: 'refuse-late'; readonly until: Promise<void>; readonly failure: Failure }

export interface Target {
  readonly uploadId: UploadId | undefined
  readonly partNumber: number
}
export type Meant = (target: Target) => boolean

/** The scripted faults, in order. */
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
