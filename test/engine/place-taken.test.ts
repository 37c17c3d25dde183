import { expect, it } from 'vitest'
import { PRECONDITION_FAILED } from '../../electron/contract/failure/s3-failure.ts'
import { MAX_FRESH_TRIES, recoveryFrom } from '../../renderer/engine/retry-policy.ts'

it('goes back to the beginning when somebody was first, and not for ever', () => {
  const attempt = (tries: number) => ({ failures: tries, tries, startOvers: 3 })

  const kinds = [1, MAX_FRESH_TRIES - 1, MAX_FRESH_TRIES].map((tries) => {
    return recoveryFrom(PRECONDITION_FAILED, attempt(tries), 0.5).kind
  })

  expect(kinds).toEqual(['prepare-again', 'prepare-again', 'give-up'])
})
