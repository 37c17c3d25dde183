import type { Failure } from '../../../electron/contract/failure/kinds.ts'
import { unreachable } from '../../../electron/lib/unreachable.ts'
import { isolated } from '../../design/isolated.tsx'
import { consoleAt } from './store-names.ts'
import { type FailureDestination, type FailureText, text } from './words.ts'

type Rejected = Extract<Failure, { kind: 'credentials-rejected' }>

/**
 * Keys that a store does not accept. Typed ones can be typed again, others are put right where they
 * come from. `SignatureDoesNotMatch`: the store knows the access key ID.
 */
export function credentialsRejectedWords(
  { answer }: Rejected,
  at: FailureDestination | null,
): FailureText {
  if (at?.kind === 'local') {
    return text(
      'The bucket on this computer does not accept Ferry’s own keys.',
      'Start Ferry again; if it stays, its log says why.',
      'retry',
    )
  }
  switch (at?.credentials.kind) {
    case 'profile':
      return text(
        `The store does not accept the keys of the profile${named(at)}.`,
        'Put them right in ~/.aws/credentials and try again, or choose other keys in the connection.',
        'edit-connection',
      )
    case 'sso':
      return text(
        'The store does not accept the keys of your sign-in.',
        'Sign in again; if it stays, whoever looks after the account must let your role use this store.',
        'sign-in',
      )
    case 'environment':
      return text(
        'The store does not accept the keys from Ferry’s environment.',
        'Start Ferry with the right AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or choose other keys in the connection.',
        'edit-connection',
      )
    default:
      return answer?.code === 'SignatureDoesNotMatch'
        ? text(
            'The store does not accept the keys.',
            'It knows the access key ID: check the secret access key. If that is right, a proxy in front of the store must pass on Host and path as they come.',
            'enter-keys',
          )
        : text(
            'The store does not accept the keys.',
            `Check the access key ID and the secret access key, or make new ones in ${consoleAt(at)}.`,
            'enter-keys',
          )
  }
}

/** Keys that were good for a time. */
export function credentialsExpiredWords(at: FailureDestination | null): FailureText {
  switch (at?.credentials.kind) {
    case 'profile':
      return text(
        `The keys of the profile${named(at)} have expired.`,
        'Renew them the way you got them, then try again; uploads go on from the parts already sent.',
        'edit-connection',
      )
    case 'sso':
      return text(
        'The keys of your sign-in have expired.',
        'Sign in again; what waits for it goes on from the parts already sent.',
        'sign-in',
      )
    case 'environment':
      return text(
        'The keys from Ferry’s environment have expired.',
        'Start Ferry again with new ones, or choose other keys in the connection.',
        'edit-connection',
      )
    default:
      return text(
        'The keys have expired.',
        'Enter new ones; what waits for them goes on from the parts already sent.',
        'enter-keys',
      )
  }
}

function named({ credentials: { profile = '' } }: FailureDestination): string {
  return profile === '' ? '' : ` “${isolated(profile)}”`
}

type KeysUnavailable = Extract<Failure, { kind: 'keys-unavailable' }>

/** About keys that were not typed: a profile, a program, a role or the environment gave none. */
export function keysUnavailableWords(failure: KeysUnavailable): FailureText {
  const { source, reason } = failure
  switch (reason) {
    case 'no-file':
      return text(
        `The profile “${isolated(source)}” cannot be looked up: this computer has no AWS configuration.`,
        'Make one with “aws configure”, or choose other keys.',
        'edit-connection',
      )
    case 'no-profile':
      return text(
        `There is no profile “${isolated(source)}” on this computer.`,
        'Add it to ~/.aws/config, or choose another one.',
        'edit-connection',
      )
    case 'incomplete':
      return text(
        `The profile “${isolated(source)}” lacks something that it needs to give keys.`,
        'Complete it in ~/.aws/config or ~/.aws/credentials, or choose other keys.',
        'edit-connection',
      )
    case 'process-failed':
      return text(
        `The program that gives the keys of “${isolated(source)}” failed.`,
        'Run its credential_process in a terminal to see why, then try again.',
        'retry',
      )
    case 'program-missing':
      return missingProgramWords(failure)
    case 'role-refused':
      return text(
        `The role of “${isolated(source)}” was refused.`,
        'Ask whoever looks after the account to let you take it, or choose other keys.',
        'edit-connection',
      )
    case 'environment-empty':
      return emptyEnvironmentWords(failure)
    case 'malformed':
      return text(
        'The keys hold a character that no key has, such as a line break or a letter of another alphabet.',
        'Copy them once more where they come from.',
        'edit-connection',
      )
    case 'unreachable':
      return text(
        `The service that gives the keys of “${isolated(source)}” cannot be reached.`,
        'Check the network, then try again.',
        'retry',
      )
    default:
      return unreachable(reason)
  }
}

function missingProgramWords({ source, program = '', folders = [] }: KeysUnavailable): FailureText {
  const where = folders.length === 0 ? 'PATH names no folder' : `it is not in ${folders.join(', ')}`
  return text(
    `The program “${isolated(program)}”, which gives the keys of “${isolated(source)}”, was not found: ${where}.`,
    'Write its whole path into credential_process, or add its folder to PATH where your login shell sets it, and start Ferry again.',
    'retry',
  )
}

function emptyEnvironmentWords({ source, shell }: KeysUnavailable): FailureText {
  switch (shell) {
    case undefined:
      return text(
        `Ferry was started without keys in its environment (${source}).`,
        'Start it from where they are set, or choose other keys.',
        'edit-connection',
      )
    case 'read':
      return text(
        `Neither Ferry’s environment nor your login shell’s has keys (${source}).`,
        'Set them where your login shell reads them, such as ~/.zprofile, and start Ferry again; or choose other keys.',
        'edit-connection',
      )
    case 'silent':
      return text(
        `Ferry was started without keys in its environment, and your login shell did not tell its own (${source}).`,
        'Start Ferry from a terminal in which they are set, or choose other keys.',
        'edit-connection',
      )
    default:
      return unreachable(shell)
  }
}
