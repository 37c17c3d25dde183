import { useRef, useState } from 'react'
import type { Failure } from '../../../electron/contract/failure/kinds.ts'
import type { Outcome } from '../../../electron/contract/outcome.ts'

/** What is known of a list that only the other side has. */
export type RemoteData<T> =
  | { readonly phase: 'unasked' }
  | { readonly phase: 'asking' }
  | { readonly phase: 'known'; readonly value: T }
  | { readonly phase: 'refused'; readonly failure: Failure }

export interface RemoteDataLoader<T> {
  readonly data: RemoteData<T>
  readonly load: (call: () => Promise<Outcome<T>>) => Promise<void>
  /** What was seen belongs to other contents of the form; so does an answer under way. */
  readonly reset: () => void
}

export function useRemoteData<T>(): RemoteDataLoader<T> {
  const [data, setSeen] = useState<RemoteData<T>>({ phase: 'unasked' })
  const latest = useRef(0)
  return {
    data,
    async load(call) {
      latest.current += 1
      const mine = latest.current
      setSeen({ phase: 'asking' })
      const answer = await call()
      if (latest.current !== mine) return
      setSeen(
        answer.ok
          ? { phase: 'known', value: answer.value }
          : { phase: 'refused', failure: answer.failure },
      )
    },
    reset() {
      latest.current += 1
      setSeen({ phase: 'unasked' })
    },
  }
}
