import type { Failure } from '../../contract/failure/kinds.ts'
import { failed, type Outcome, succeeded } from '../../contract/outcome.ts'
import { unreachable } from '../../lib/unreachable.ts'
import { isSendable, type Keys, MALFORMED } from '../s3/access-keys.ts'
import type { SsoSession } from './sso-token-file.ts'

/** What came of asking a source for keys. */
export type Obtained =
  /** `isReadAnew`: they lie in a file or variable and cost nothing, so they are not remembered. */
  | { readonly got: 'keys'; readonly keys: Keys; readonly isReadAnew: boolean }
  /** The role asks for the digits of this device. */
  | { readonly got: 'code-needed'; readonly serial: string }
  | { readonly got: 'browser-needed'; readonly session: SsoSession }
  | { readonly got: 'failure'; readonly failure: Failure }

export function keptKeys(keys: Keys): Obtained {
  return judged(keys, false)
}

/** Those with an end are remembered for it. */
export function readKeys(outcome: Outcome<Keys>): Obtained {
  if (!outcome.ok) return missed(outcome.failure)
  const keys = outcome.value
  return judged(keys, keys.expiresAtMs === null)
}

/** Before they sign anything: also a request by which they take a role. */
function judged(keys: Keys, isReadAnew: boolean): Obtained {
  return isSendable(keys) ? { got: 'keys', keys, isReadAnew } : missed(MALFORMED)
}

export function missed(failure: Failure): Obtained {
  return { got: 'failure', failure }
}

/** For whom cannot ask the person. */
export function outcomeOf(obtained: Obtained): Outcome<Keys> {
  switch (obtained.got) {
    case 'keys':
      return succeeded(obtained.keys)
    case 'code-needed':
      return failed({ kind: 'sign-in-needed', by: 'code' })
    case 'browser-needed':
      return failed({ kind: 'sign-in-needed', by: 'browser' })
    case 'failure':
      return failed(obtained.failure)
    default:
      return unreachable(obtained)
  }
}

/** What a person typed off a device; STS takes each code once. */
export class OneTimeCode {
  #code: string | null

  constructor(code: string) {
    this.#code = code
  }

  take(): string | null {
    const code = this.#code
    this.#code = null
    return code
  }
}
