import type { CredentialSource } from '../../contract/commands/credentials.ts'

/**
 * What the user is asked outside the page, since a page that was taken over could click on anything
 * in itself. Plain data: `confirmationWords` makes the sentences, the same for both hosts.
 */
export type Confirmation =
  /** Nothing was ever sent to this address. */
  | { readonly kind: 'new-endpoint'; readonly endpoint: string; readonly keys: CredentialSource }
  /** The address is known, and these keys were never used there. */
  | { readonly kind: 'new-key-source'; readonly endpoint: string; readonly keys: CredentialSource }
  /** Keys are asked for before there is an address to use them at: a sign-in. */
  | { readonly kind: 'sign-in'; readonly keys: CredentialSource }
  /** Files of another computer, which are given by the path of its share (Windows). */
  | { readonly kind: 'new-server'; readonly server: string }
  | { readonly kind: 'import-settings'; readonly places: readonly ImportedPlace[] }

export interface ImportedPlace {
  readonly name: string
  /** With its port where it has one. */
  readonly host: string
}

/** `cannot-ask`: there is no place to ask at that the page cannot reach. */
export type ConfirmationAnswer = 'confirmed' | 'refused' | 'cannot-ask'

export type Confirm = (confirmation: Confirmation) => Promise<ConfirmationAnswer>
