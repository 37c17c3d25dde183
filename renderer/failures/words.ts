import type { CredentialKind } from '../../electron/contract/commands/credentials.ts'
import type { Failure, FailureKind } from '../../electron/contract/failure/kinds.ts'
import { providerOf } from '../../electron/contract/providers/lookup.ts'
import type { Provider, ProviderId } from '../../electron/contract/providers/provider.ts'

/**
 * The destination that a failure is about, as far as its words depend on it: a store without
 * policies has none to change, and keys that nobody typed cannot be typed again. A `Destination`
 * is one.
 */
export interface FailureDestination {
  readonly name: string
  /** `local`: the bucket on this computer. */
  readonly kind: 'local' | 's3'
  readonly provider: ProviderId
  readonly credentials: { readonly kind: CredentialKind; readonly profile?: string }
}

/** The actions with which the window can resolve a failure in one press. */
export type FailureAction =
  | 'retry'
  | 'edit-connection'
  | 'edit-rules'
  | 'enter-keys'
  /** At IAM Identity Center, or with a device's code. */
  | 'sign-in'
  /** The host asks for it, outside the page. */
  | 'enter-proxy-password'
  | 'choose-file'
  | 'upload-again'
  | 'open-data-folder'
  | 'open-bucket-folder'
  | 'reload'

export interface Words {
  /** Says what is wrong and names the thing. A whole sentence. */
  readonly problem: string
  /** Says what the user can do, or what Ferry does by itself. A whole sentence. */
  readonly wayOut: string
  /** Set if it differs from the action of the failure's row in the table. */
  readonly action?: FailureAction | null
}

export const words = (problem: string, wayOut: string, action?: FailureAction | null): Words =>
  action === undefined ? { problem, wayOut } : { problem, wayOut, action }

export type FailureOf<K extends FailureKind> = Extract<Failure, { readonly kind: K }>

/** A service that customers sign in to; null for a server that users run themselves. */
export function serviceAt(destination: FailureDestination | null): Provider | null {
  if (destination === null || destination.kind === 'local') return null
  const provider = providerOf(destination.provider)
  return provider.hosts.length > 0 ? provider : null
}

/** Within a sentence: `the console of Wasabi`. */
export function consoleAt(destination: FailureDestination | null): string {
  const service = serviceAt(destination)
  return service === null ? 'the store’s console' : `the console of ${service.label}`
}
