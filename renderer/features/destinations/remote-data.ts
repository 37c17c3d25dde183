import type { Failure } from '../../../electron/contract/failure/kinds.ts'
import type { Outcome } from '../../../electron/contract/outcome.ts'

/** Data that the host loads on request. */
export type RemoteData<T> =
  | { readonly phase: 'idle' }
  /** Answers to other requests are out of date. */
  | { readonly phase: 'loading'; readonly requestId: string }
  | { readonly phase: 'loaded'; readonly value: T }
  | { readonly phase: 'failed'; readonly failure: Failure }

export const IDLE = { phase: 'idle' } as const

export function withAnswer<T>(
  data: RemoteData<T>,
  requestId: string,
  answer: Outcome<T>,
): RemoteData<T> {
  if (data.phase !== 'loading' || data.requestId !== requestId) return data
  return answer.ok
    ? { phase: 'loaded', value: answer.value }
    : { phase: 'failed', failure: answer.failure }
}
