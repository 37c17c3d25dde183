import type { Failure } from '../../../electron/contract/failure.ts'
import { unreachable } from '../../../electron/contract/unreachable.ts'
import { type FailureText, text } from './words.ts'

type KeysUnavailable = Extract<Failure, { kind: 'keys-unavailable' }>

/** About keys that were not typed: a profile, a program, a role or the environment gave none. */
export function keysWords({ source, reason }: KeysUnavailable): FailureText {
  switch (reason) {
    case 'no-file':
      return text(
        `The profile “${source}” cannot be looked up: this computer has no AWS configuration.`,
        'Make one with “aws configure”, or choose other keys.',
        'edit-connection',
      )
    case 'no-profile':
      return text(
        `There is no profile “${source}” on this computer.`,
        'Add it to ~/.aws/config, or choose another one.',
        'edit-connection',
      )
    case 'incomplete':
      return text(
        `The profile “${source}” lacks something that it needs to give keys.`,
        'Complete it in ~/.aws/config or ~/.aws/credentials, or choose other keys.',
        'edit-connection',
      )
    case 'process-failed':
      return text(
        `The program that gives the keys of “${source}” failed.`,
        'Run its credential_process in a terminal to see why, then try again.',
        'retry',
      )
    case 'role-refused':
      return text(
        `The role of “${source}” was refused.`,
        'Ask whoever looks after the account to let you take it, or choose other keys.',
        'edit-connection',
      )
    case 'environment-empty':
      return text(
        `Ferry was started without keys in its environment (${source}).`,
        'Start it from where they are set, or choose other keys.',
        'edit-connection',
      )
    case 'unreachable':
      return text(
        `The service that gives the keys of “${source}” cannot be reached.`,
        'Check the network, then try again.',
        'retry',
      )
    default:
      return unreachable(reason)
  }
}
