import type { Failure } from '../../contract/failure.ts'
import { isForeignRefusal, isStoreHeader } from '../../contract/foreign-answer.ts'
import type { Store } from '../store/store.ts'
import { failureOfAnswer, type PageAnswer } from './send-as-page.ts'

/** Why a PUT was refused, by the store or by what stands in front of it. */
export function refusalOfPut(store: Store, answer: PageAnswer): Failure {
  const { status, headers, text } = answer
  if (isRedirect(status)) return redirectedBy(store, answer)
  const failure = failureOfAnswer(store, answer)
  // What the store itself says of a length it says by a code.
  if (status === 413 && !text.includes('<Code>')) {
    return failure.kind === 'request-too-large'
      ? failure
      : { kind: 'request-too-large', limitBytes: null }
  }
  const isForeign = isForeignRefusal({
    ...{ status, text, contentType: headers['content-type'] ?? '' },
    hasStoreHeader: Object.keys(headers).some(isStoreHeader),
  })
  return isForeign ? { kind: 'proxy-refused', status } : failure
}

export function isRedirect(status: number): boolean {
  return status >= 300 && status < 400
}

/** To the bucket's own region, or to anywhere else. */
export function redirectedBy(store: Store, answer: PageAnswer): Failure {
  const failure = failureOfAnswer(store, answer)
  if (failure.kind === 'region-wrong' || failure.kind === 'redirected') return failure
  const { location = '' } = answer.headers
  return { kind: 'redirected', to: URL.parse(location)?.host || null }
}
