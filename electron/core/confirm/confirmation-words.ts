import type { CredentialSource } from '../../contract/commands/credentials.ts'
import { plainName } from '../../contract/plain-text.ts'
import { unreachable } from '../../lib/unreachable.ts'
import type { Confirmation, ImportedPlace } from './confirmation.ts'

/** The sentences of one question. Every name in them is cleaned and cut. */
export interface ConfirmationWords {
  readonly question: string
  /** What it is about, one line each. */
  readonly details: readonly string[]
  readonly allow: string
  readonly refuse: string
}

/** More than anybody reads in a dialog; the rest is counted. */
const MOST_PLACES = 20

const BUTTONS = { allow: 'Allow', refuse: "Don't allow" } as const
const WARNING = 'If this was not you, do not allow it.'

/** Made in one place, so that both hosts ask the same. */
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
        details: [...placesNamed(confirmation.places), WARNING],
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

function placesNamed(places: readonly ImportedPlace[]): string[] {
  const named = places
    .slice(0, MOST_PLACES)
    .map(({ name, host }) => `${plainName(name, 60)} → ${plainName(host, 120)}`)
  const more = places.length - named.length
  return more === 0 ? named : [...named, `and ${more} more`]
}
