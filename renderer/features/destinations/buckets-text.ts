import type { CommandOutput } from '../../../electron/contract/commands.ts'
import type { Failure } from '../../../electron/contract/failure/kinds.ts'
import { unreachable } from '../../../electron/lib/unreachable.ts'
import { failureSentence } from '../../failures/failure-text.ts'
import type { RemoteData } from './use-asked.ts'

export type BucketsData = RemoteData<CommandOutput<'listBuckets'>>

/** Said under the field; null: the list speaks for itself. */
export function bucketsText(seen: BucketsData): string | null {
  switch (seen.phase) {
    case 'unasked':
      return null
    case 'asking':
      return 'Asking the store for its buckets…'
    case 'known':
      if (seen.value.buckets.length === 0) {
        return 'The store shows these keys no bucket; type its name.'
      }
      return seen.value.isComplete ? null : 'There are more than fit here; type the name.'
    case 'refused':
      return bucketsFailureText(seen.failure)
    default:
      return unreachable(seen)
  }
}

function bucketsFailureText(failure: Failure): string {
  switch (failure.kind) {
    case 'access-denied':
    case 'explicitly-denied':
      return 'These keys may not list buckets; type its name.'
    case 'sign-in-needed':
      return 'Sign in first; then the buckets can be listed.'
    case 'form-invalid':
      return 'Fill in the endpoint and the keys first; then the buckets can be listed.'
    default:
      return failureSentence(failure)
  }
}
