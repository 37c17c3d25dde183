import type { ChecksumAlgorithm } from '../../contract/checksum.ts'
import type { Failure } from '../../contract/failure/kinds.ts'
import { GIB, KIB, MIB } from '../../contract/limits.ts'
import type { ObjectFields } from '../s3/put-headers.ts'
import { allowsPage } from './cors-probe.ts'
import { failureOfAnswer, isSuccess } from './page-request.ts'
import type { Probes } from './probe-cleanup.ts'
import { putZeros, type ZeroPutResult, type ZeroTarget } from './put-zeros.ts'

/** The result of a PUT that the host made as the page would. */
export type PutProbeResult =
  | {
      readonly kind: 'refused'
      readonly failure: Failure
      /**
       * Bodies of this length and above are refused for their length alone; null: the length is not
       * the cause.
       */
      readonly fromBytes: number | null
    }
  /** `isHidden`: the answer lacks the CORS headers that would let the page read it. */
  | { readonly kind: 'taken'; readonly isHidden: boolean }
  | { readonly kind: 'silent'; readonly failure: Failure }

export interface PutProbesOptions {
  /** Null if CORS does not matter. */
  readonly origin: string | null
  /** See `ZeroPut`. */
  readonly canExpect: boolean
  readonly fields: ObjectFields
  /** The checksum that is sent with the bytes; null: none. */
  readonly algorithm: ChecksumAlgorithm | null
  /**
   * Sends a whole object if no part can be sent: some stores have no parts, some keys may not use
   * them.
   */
  readonly mayWriteObject: boolean
}

interface Attempt {
  readonly target: ZeroTarget
  readonly byteLength: number
  readonly reach: 'headers' | 'whole'
}

/** PUTs of zeros with the headers of an upload, below the key of a probe. The caller cleans up. */
export class PutProbes {
  readonly #probes: Probes
  readonly #options: PutProbesOptions
  readonly #signal: AbortSignal
  #uploadId: string | null = null
  /** The time that the store takes for a short answer. */
  #delayMs = 0

  constructor(probes: Probes, options: PutProbesOptions, signal: AbortSignal) {
    this.#probes = probes
    this.#options = options
    this.#signal = signal
  }

  /** Sends a part of an upload that is never completed, so that no object is created. */
  async part(byteLength: number, reach: Attempt['reach'] = 'whole'): Promise<PutProbeResult> {
    const target = await this.#part()
    return 'failure' in target
      ? resultOfFailure(target.failure)
      : this.#try({ target, byteLength, reach })
  }

  /** Sends a whole object, which then exists. */
  object(byteLength: number): Promise<PutProbeResult> {
    return this.#try({ target: this.#object(), byteLength, reach: 'whole' })
  }

  /** Finds the limit of parts, after the page learned that a part of this length is refused. */
  async limitOfParts(byteLength: number): Promise<PutProbeResult> {
    const target = await this.#part()
    if ('failure' in target) return resultOfFailure(target.failure)
    const attempt = { target, byteLength, reach: 'headers' } as const
    const end = this.#options.canExpect ? await this.#send(attempt) : null
    const isByHeaders = end?.kind === 'answered' && end.answer.status === 413
    return this.#tooLarge(attempt, { kind: 'request-too-large', limitBytes: null }, isByHeaders)
  }

  async #part(): Promise<ZeroTarget | { readonly failure: Failure }> {
    const { object, uploads } = this.#probes
    if (this.#uploadId === null) {
      const { algorithm, fields, mayWriteObject } = this.#options
      const beganAtMs = performance.now()
      const begun = await uploads.begin(algorithm, this.#signal, fields)
      this.#delayMs = performance.now() - beganAtMs
      if (!begun.ok) return mayWriteObject && !isSilence(begun.failure) ? this.#object() : begun
      this.#uploadId = begun.value
    }
    return { kind: 'part', key: object.key, uploadId: this.#uploadId }
  }

  #object(): ZeroTarget {
    return { kind: 'object', key: this.#probes.object.key, fields: this.#options.fields }
  }

  async #try(attempt: Attempt): Promise<PutProbeResult> {
    const end = await this.#send(attempt)
    const { origin } = this.#options
    if (end.kind === 'silent') return resultOfFailure(end.failure)
    if (end.kind === 'headers-taken') return { kind: 'taken', isHidden: false }
    if (isSuccess(end.answer)) {
      return { kind: 'taken', isHidden: origin !== null && !allowsPage(end.answer, origin) }
    }
    const failure = failureOfAnswer(this.#probes.store, end.answer, 's3:PutObject')
    return failure.kind === 'request-too-large'
      ? this.#tooLarge(attempt, failure, end.sentBytes === 0)
      : { kind: 'refused', failure, fromBytes: null }
  }

  /**
   * @param isByHeaders the store refuses such a body before its first byte is sent; otherwise the
   * search for the limit sends at most as many bytes as were already sent in vain.
   */
  async #tooLarge(
    { target, byteLength }: Attempt,
    failure: Failure & { readonly kind: 'request-too-large' },
    isByHeaders: boolean,
  ): Promise<PutProbeResult> {
    const reach = isByHeaders ? 'headers' : 'whole'
    const mostBytes = isByHeaders ? Number.POSITIVE_INFINITY : byteLength
    const tryBytes = async (length: number): Promise<SizeResult> => {
      const end = await this.#send({ target, byteLength: length, reach })
      if (end.kind === 'silent') return 'unknown'
      if (end.kind === 'headers-taken' || isSuccess(end.answer)) return 'taken'
      return end.answer.status === 413 ? 'refused' : 'unknown'
    }
    const { limitBytes, refusedBytes } = await findSizeLimit(byteLength, mostBytes, tryBytes)
    return { kind: 'refused', failure: { ...failure, limitBytes }, fromBytes: refusedBytes }
  }

  async #send({ target, byteLength, reach }: Attempt): Promise<ZeroPutResult> {
    const { store, object } = this.#probes
    const { algorithm, origin, canExpect } = this.#options
    const put = { target, byteLength, reach, algorithm, origin, canExpect, signal: this.#signal }
    const end = await putZeros(store, put, this.#delayMs)
    if (target.kind === 'object') {
      const isWritten = end.kind === 'answered' && isSuccess(end.answer)
      // If the answer is lost, the object may have been written, too.
      if (isWritten) object.noteWritten(end.answer.headers['x-amz-version-id'])
      else if (end.kind === 'silent') object.noteWritten(undefined)
    }
    return end
  }
}

function resultOfFailure(failure: Failure): PutProbeResult {
  return isSilence(failure)
    ? { kind: 'silent', failure }
    : { kind: 'refused', failure, fromBytes: null }
}

/** True if the host got no answer either, from the store or anything on the way to it. */
export function isSilence({ kind }: Failure): boolean {
  return (
    kind === 'offline' ||
    kind === 'stalled' ||
    kind === 'no-response' ||
    kind === 'host-not-found' ||
    kind === 'host-unreachable' ||
    kind === 'tls-failed' ||
    // The request took too long.
    kind === 'aborted'
  )
}

/** Lengths that are common as limits. */
const ROUND_BYTES = [
  ...[64, 128, 256, 512].map((count) => count * KIB),
  ...[1, 2, 4, 5, 8, 10, 16, 20, 25, 32, 50, 64, 100, 128, 200, 256, 500, 512].map(
    (count) => count * MIB,
  ),
  ...[1, 2, 4, 5].map((count) => count * GIB),
]

/** `unknown`: no answer, or a refusal that is not about the size. */
type SizeResult = 'taken' | 'refused' | 'unknown'

interface SizeLimit {
  /** The longest round length that is accepted: close enough to the configured limit. */
  readonly limitBytes: number | null
  /** The shortest length that is known to be refused. */
  readonly refusedBytes: number
}

/**
 * Halves the list until the limit is between two neighbours in it.
 * @param mostBytes the limit of bytes for all accepted bodies together; longer bodies are not
 * tried.
 */
async function findSizeLimit(
  refusedBytes: number,
  mostBytes: number,
  tryBytes: (byteLength: number) => Promise<SizeResult>,
): Promise<SizeLimit> {
  const lengths = ROUND_BYTES.filter((byteLength) => byteLength < refusedBytes)
  let leftBytes = mostBytes
  let shortestRefused = refusedBytes
  let taken = -1
  // The first length that is refused, or too long to try.
  let end = lengths.length
  while (end - taken > 1) {
    const middle = Math.floor((taken + end) / 2)
    const byteLength = lengths[middle] ?? 0
    const tried = byteLength > leftBytes ? 'too-long' : await tryBytes(byteLength)
    if (tried === 'unknown') break
    if (tried === 'taken') {
      taken = middle
      leftBytes -= byteLength
    } else end = middle
    if (tried === 'refused') shortestRefused = byteLength
  }
  // If even the shortest length is refused, it still serves as an approximate limit.
  const isShort = lengths[0] !== undefined && shortestRefused === lengths[0]
  return { limitBytes: lengths[isShort ? 0 : taken] ?? null, refusedBytes: shortestRefused }
}
