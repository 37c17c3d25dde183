import type { Failure } from '../../../electron/contract/failure.ts'
import { GIB, KIB, MIB } from '../../../electron/contract/limits.ts'
import { unreachable } from '../../../electron/contract/unreachable.ts'
import { type FailureText, text } from './words.ts'

type Refusal = Extract<
  Failure,
  {
    kind:
      | 'answer-unreadable'
      | 'request-rewritten'
      | 'explicitly-denied'
      | 'encryption-key-denied'
      | 'acl-refused'
      | 'quota-exceeded'
      | 'store-full'
      | 'account-problem'
      | 'request-too-large'
      | 'proxy-refused'
      | 'redirected'
      | 'answer-hidden'
  }
>

/** Refusals that name their reason: each says who can act, and where. */
export function refusalWords(failure: Refusal): FailureText {
  switch (failure.kind) {
    case 'answer-unreadable':
      return text(
        `The store at “${failure.host}” answers in a form that Ferry cannot read.`,
        'Try again; if it stays, a proxy in front of the store may change its answers.',
        'retry',
      )
    case 'request-rewritten':
      return text(
        `A proxy in front of “${failure.host}” changes what was signed.`,
        'Your keys are right. Whoever runs the proxy must let it pass on Host and path as they come.',
        'retry',
      )
    case 'explicitly-denied':
      return text(
        'A policy of the bucket or account denies this upload.',
        'It may demand encryption, a tag or TLS: set that in the rules, or ask whoever looks after the policy.',
        'retry',
      )
    case 'encryption-key-denied':
      return text(
        `The keys may not use the encryption key${failure.action === null ? '' : ` (${failure.action})`}.`,
        'Allow it in the key’s policy at the key service, or choose another encryption in the rules.',
        'retry',
      )
    case 'acl-refused':
      return text(
        'This bucket takes no ACLs.',
        'Open the rules of this destination and set the ACL to “none”, then try again.',
        'retry',
      )
    case 'quota-exceeded':
      return text(
        quotaProblem(failure.of),
        'Delete something there or have the quota raised at the store, then try again.',
        'retry',
      )
    case 'store-full':
      return text(
        'The store has no space left.',
        'Whoever runs the store must make room; then try again.',
        'retry',
      )
    case 'account-problem':
      return text(
        'The account at the store is not in order.',
        'Sign in at the provider: it may be suspended, unpaid or not signed up.',
        'retry',
      )
    case 'request-too-large':
      return text(
        failure.limitBytes === null
          ? 'Something in front of the store refuses requests of this size (413).'
          : `Something in front of the store refuses requests over about ${roundBytes(failure.limitBytes)} (413).`,
        'Raise its limit (nginx: client_max_body_size) or choose smaller parts in the rules.',
        'retry',
      )
    case 'proxy-refused':
      return text(
        `Something in front of the store refuses the upload (${failure.status}); it is not the store that answers.`,
        'Whoever runs the firewall or proxy there must let uploads (PUT) through; then try again.',
        'retry',
      )
    case 'redirected':
      return text(
        failure.to === null
          ? 'The store sends uploads on to another address.'
          : `The store sends uploads on to “${failure.to}”.`,
        'Enter the address that it names as the endpoint.',
        'edit-connection',
      )
    case 'answer-hidden':
      return text(
        'The store takes the file, but hides its answer from this window (CORS).',
        'Add this window’s origin and ETag to the bucket’s CORS rule, also behind a proxy; then try again.',
        'edit-connection',
      )
    default:
      return unreachable(failure)
  }
}

/** As whoever set the limit wrote it: 10m at nginx is what Ferry calls 10 MB here, not 10.5. */
function roundBytes(bytes: number): string {
  if (bytes < MIB) return `${Math.round(bytes / KIB)} kB`
  return bytes < GIB ? `${Math.round(bytes / MIB)} MB` : `${Math.round(bytes / GIB)} GB`
}

function quotaProblem(of: Extract<Refusal, { kind: 'quota-exceeded' }>['of']): string {
  switch (of) {
    case 'bucket':
      return 'The quota of this bucket is used up.'
    case 'account':
      return 'The quota of your account at the store is used up.'
    case 'unknown':
      return 'A quota at the store is used up.'
    default:
      return unreachable(of)
  }
}
