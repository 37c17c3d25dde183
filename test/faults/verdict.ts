import type { Answer } from './answers.ts'
import type { Valve } from './link.ts'
import type { SeenRequest } from './seen-request.ts'

/**
 * The fate of one request to the store. Plain data except for `valve`, so that a schedule of faults
 * can be written down and repeated.
 */
export type Verdict =
  | { readonly kind: 'pass' }
  /**
   * The connection is reset (RST). 0: before any of the body was read. Otherwise the store gets
   * this many bytes of it, and never the last one. Infinity: once the sender has sent all of it.
   */
  | { readonly kind: 'reset'; readonly afterBytes: number }
  /** The store handles the request; the connection is reset before the answer. */
  | { readonly kind: 'lose-answer' }
  /** The store handles the request; its answer announces more bytes than are sent. */
  | { readonly kind: 'truncate-answer' }
  /** The body is not read, and no answer is ever sent. */
  | { readonly kind: 'stall' }
  /** The store handles the request; no answer is ever sent. */
  | { readonly kind: 'stall-answer' }
  /** Slow, but never silent. */
  | { readonly kind: 'trickle'; readonly bytesPerSecond: number }
  /** Only as much of the body is sent as a test allows. */
  | { readonly kind: 'valve'; readonly valve: Valve }
  /** One byte of the body is changed. */
  | { readonly kind: 'flip'; readonly atByte: number }
  /** One byte of the answer is changed. */
  | { readonly kind: 'flip-answer'; readonly atByte: number }
  /** Answered by the proxy once the body is read; the store gets no request. */
  | { readonly kind: 'answer'; readonly answer: Answer }
  /** The store handles the request; its answer is replaced. */
  | { readonly kind: 'replace-answer'; readonly answer: Answer }

export const PASS: Verdict = { kind: 'pass' }

/** The rule may take its time: the request stays unread until it answers. */
export type Rule = (request: SeenRequest) => Verdict | Promise<Verdict>

/** The name under which a fault is counted; null: none. */
export function faultNameOf(verdict: Verdict): string | null {
  switch (verdict.kind) {
    case 'pass':
      return null
    case 'reset':
      if (verdict.afterBytes === 0) return 'reset-before-body'
      return verdict.afterBytes === Number.POSITIVE_INFINITY ? 'reset-after-body' : 'reset-in-body'
    case 'answer':
      return verdict.answer.name
    case 'replace-answer':
      return `${verdict.answer.name}-after-work`
    default:
      return verdict.kind
  }
}
