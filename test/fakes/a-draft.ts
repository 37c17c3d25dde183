import type { DestinationDraft } from '../../electron/contract/destination-draft.ts'
import { TYPED_KEYS } from './typed-keys.ts'

export const SECRET = 'wJalrXUtnFEMI-K7MDENG-bPxRfiCYEXAMPLEKEY'

/** A user's entries for a store that does not respond. */
export function aDraft(changes: Partial<DestinationDraft> = {}): DestinationDraft {
  return {
    ...TYPED_KEYS,
    destinationId: null,
    name: 'Mine',
    provider: 'other',
    endpoint: 'http://127.0.0.1:9',
    region: 'eu-1',
    bucket: 'photos',
    prefix: 'in/',
    pathStyle: true,
    accessKeyId: 'AKIA',
    secretAccessKey: SECRET,
    sessionToken: '',
    keepSecret: true,
    ...changes,
  }
}
