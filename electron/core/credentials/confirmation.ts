import type { CredentialSource } from '../../contract/commands/credentials.ts'
import { plainName } from '../../contract/plain-text.ts'
import { unreachable } from '../../lib/unreachable.ts'

/**
 * A question that the user is asked outside the page, since a hijacked page could click on anything
 * inside itself. Plain data: `confirmationWords` makes the sentences, the same for both hosts.
 */
export type Confirmation =
  /** Nothing was ever sent to this address. */
  | { readonly kind: 'new-endpoint'; readonly endpoint: string; readonly keys: CredentialSource }
  /** The address is known, but these keys were never used there. */
  | { readonly kind: 'new-key-source'; readonly endpoint: string; readonly keys: CredentialSource }
  /** Keys are requested before there is an address to use them at: a sign-in. */
  | { readonly kind: 'sign-in'; readonly keys: CredentialSource }
  /** Files of another computer, which are given by the path of its share (Windows). */
  | { readonly kind: 'new-server'; readonly server: string }
  | { readonly kind: 'import-settings'; readonly places: readonly ImportedBucket[] }

export interface ImportedBucket {
  readonly name: string
  /** Includes the port if there is one. */
  readonly host: string
}

/** `cannot-ask`: every place to ask is within the page's reach. */
export type ConfirmationAnswer = 'confirmed' | 'refused' | 'cannot-ask'

export type Confirm = (confirmation: Confirmation) => Promise<ConfirmationAnswer>

/** The sentences of one question. Every name in them is cleaned and cut. */
export interface ConfirmationWords {
  readonly question: string
  /** The subject of the question, one line each. */
  readonly details: readonly string[]
  readonly allow: string
  readonly refuse: string
}

/** More than a user reads in a dialog; the rest is counted. */
const MAX_BUCKETS_NAMED = 20

const BUTTONS = { allow: 'Allow', refuse: "Don't allow" } as const
const WARNING = 'If this was not you, do not allow it.'

/** Built in one place, so that both hosts ask the same. */
export function confirmationWords(confirmation: Confirmation): ConfirmationWords {
  switch (confirmation.kind) {
    case 'new-endpoint':
      return {
        question: 'Connect to a new address?',
        details: [
          `Ferry was asked to send requests to ${plainName(confirmation.endpoint, 200)}.`,
          `Keys: ${keysNamed(confirmation.keys)}.`,
          WARNING,
        ],
        ...BUTTONS,
      }
    case 'new-key-source':
      return {
        question: 'Use other keys?',
        details: [
          `Ferry was asked to use keys that it did not use before at ${plainName(confirmation.endpoint, 200)}.`,
          `Keys: ${keysNamed(confirmation.keys)}.`,
          WARNING,
        ],
        ...BUTTONS,
      }
    case 'sign-in':
      return {
        question: 'Sign in?',
        details: [
          'Ferry was asked to get keys that it did not use before.',
          `Keys: ${keysNamed(confirmation.keys)}.`,
          WARNING,
        ],
        ...BUTTONS,
      }
    case 'new-server':
      return {
        question: 'Read files from another computer?',
        details: [
          `Ferry was given files of ${plainName(confirmation.server, 200)}. To read them, Windows signs you in there.`,
          WARNING,
        ],
        ...BUTTONS,
      }
    case 'import-settings':
      return {
        question: 'Add these destinations?',
        details: [...bucketsNamed(confirmation.places), WARNING],
        ...BUTTONS,
      }
    default:
      return unreachable(confirmation)
  }
}

function keysNamed(keys: CredentialSource): string {
  switch (keys.kind) {
    case 'keys':
      return `the access key ${plainName(keys.accessKeyId)}`
    case 'profile':
      return `the AWS profile ${plainName(keys.profile)} of this computer`
    case 'sso': {
      const role =
        keys.roleName === ''
          ? ''
          : `, as ${plainName(keys.roleName)} in account ${plainName(keys.accountId)}`
      return `a sign-in at ${plainName(keys.startUrl, 200)}${role}`
    }
    case 'environment':
      return 'the AWS keys in the environment that Ferry was started in'
    default:
      return unreachable(keys)
  }
}

function bucketsNamed(places: readonly ImportedBucket[]): string[] {
  const named = places
    .slice(0, MAX_BUCKETS_NAMED)
    .map(({ name, host }) => `${plainName(name, 60)} → ${plainName(host, 120)}`)
  const more = places.length - named.length
  return more === 0 ? named : [...named, `and ${more} more`]
}
