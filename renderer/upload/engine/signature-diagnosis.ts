import type { Failure } from '../../../electron/contract/failure/kinds.ts'
import type { UploadId } from '../../../electron/contract/ids.ts'
import type { UploadControl } from './ports.ts'

/**
 * Finds out why the store refused a PUT's signature. The page cannot tell a wrong secret key from a
 * proxy that changes the request; the host has requests of its own to compare with.
 */
export class SignatureDiagnoser {
  readonly #control: Pick<UploadControl, 'diagnoseSignature'>
  /** The parts of an upload fail together; one question is enough for all of them. */
  readonly #answers = new Map<UploadId, Promise<Failure | null>>()

  constructor(control: Pick<UploadControl, 'diagnoseSignature'>) {
    this.#control = control
  }

  /** The reason in the place of `credentials-rejected`, if there is one; other failures as they are. */
  async explain(uploadId: UploadId, failure: Failure): Promise<Failure> {
    if (failure.kind !== 'credentials-rejected') return failure
    if (failure.answer?.code !== 'SignatureDoesNotMatch') return failure
    const reason = await this.#reasonFor(uploadId)
    return reason?.kind === 'request-rewritten' ? { ...reason, answer: failure.answer } : failure
  }

  /** What is signed from now on may fare otherwise. */
  forget(uploadId: UploadId): void {
    this.#answers.delete(uploadId)
  }

  #reasonFor(uploadId: UploadId): Promise<Failure | null> {
    const asked = this.#answers.get(uploadId)
    if (asked !== undefined) return asked
    const answer = this.#control
      .diagnoseSignature(uploadId)
      .then((diagnosed) => (diagnosed.ok ? diagnosed.value : null))
    this.#answers.set(uploadId, answer)
    return answer
  }
}
