import type { Provider } from '../../../electron/contract/provider.ts'
import { providerOf } from '../../../electron/contract/providers/lookup.ts'
import type { FailureDestination } from './words.ts'

/** A service that somebody runs for others, and that customers sign in to; null: a server of one's own. */
export function serviceAt(at: FailureDestination | null): Provider | null {
  if (at === null || at.kind === 'local') return null
  const provider = providerOf(at.provider)
  return provider.hosts.length > 0 ? provider : null
}

/** Within a sentence: `the console of Wasabi`. */
export function consoleAt(at: FailureDestination | null): string {
  const service = serviceAt(at)
  return service === null ? 'the store’s console' : `the console of ${service.label}`
}
