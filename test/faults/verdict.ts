import type { Answer } from './answers.ts'
import type { Valve } from './link.ts'
import type { SeenRequest } from './seen-request.ts'

/**
 * What happens to one request on its way to the store. Plain data but for `valve`, so that a
 * schedule of faults can be written down and repeated.
 */
export type Verdict =
  | { readonly kind: 'pass' }
  /**
   * The connection is reset (RST). 0: before any of the body was read. Else the store gets so many
   * bytes of it, and never the last one. Infinity: once the sender has sent it all.
   */
  | { readonly kind: 'reset'; readonly afterBytes: number }
  /** The store does its work; the connection is reset before the answer. */
  | { readonly kind: 'lose-answer' }
  /** The store does its work; its answer announces more bytes than come. */
  | { readonly kind: 'truncate-answer' }
  /** Nobody takes the body, and no answer ever comes. */
  | { readonly kind: 'stall' }
  /** The store does its work; no answer ever comes. */
  | { readonly kind: 'stall-answer' }
  /** Slow, but never silent. */
  | { readonly kind: 'trickle'; readonly bytesPerSecond: number }
  /** The body moves only as far as a test lets it. */
  | { readonly kind: 'valve'; readonly valve: Valve }
  /** One byte of the body arrives as another one. */
  | { readonly kind: 'flip'; readonly atByte: number }
  /** One byte of the answer does. */
  | { readonly kind: 'flip-answer'; readonly atByte: number }
  /** Answered here once the body is read; the store sees nothing. */
  | { readonly kind: 'answer'; readonly answer: Answer }
  /** The store does its work; something else is said of it. */
  | { readonly kind: 'replace-answer'; readonly answer: Answer }

export const PASS: Verdict = { kind: 'pass' }

/** May wait: the request is held, unread, until it answers. */
export type Rule = (request: SeenRequest) => Verdict | Promise<Verdict>

/** What a fault is counted as; null: none. */
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
