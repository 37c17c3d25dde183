import type { CredentialSource } from '../../contract/credentials.ts'
import { failed } from '../../contract/outcome.ts'
import type { KeySource } from './keys.ts'

/** A source whose keys nobody types. */
export type FoundSource = Exclude<CredentialSource, { kind: 'keys' }>

/** Keys that come from elsewhere: one set for all destinations that name the same source. */
export class KeyRing {
  of(_source: FoundSource): KeySource {
    return {
      current: async () => failed({ kind: 'not-now' }),
      replaced: async () => failed({ kind: 'credentials-expired' }),
    }
  }

  /** When the keys that are in use end; null before any were needed. */
  expiresAtMs(_source: FoundSource): number | null {
    return null
  }
}
