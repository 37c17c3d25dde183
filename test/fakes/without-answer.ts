import type { Failure } from '../../electron/contract/failure/kinds.ts'

/** A failure without the store's own words, which have tests of their own. */
export function withoutAnswer(failure: Failure): Failure {
  if (!('answer' in failure)) return failure
  const { answer: _words, ...reason } = failure
  return reason as Failure
}

/** The same for an outcome. */
export function withoutAnswerIn<T>(
  outcome:
    | { readonly ok: true; readonly value: T }
    | { readonly ok: false; readonly failure: Failure },
) {
  return outcome.ok ? outcome : { ok: false, failure: withoutAnswer(outcome.failure) }
}
