import { S3_LIMITS } from '../../electron/contract/limits.ts'
import { unreachable } from '../../electron/lib/unreachable.ts'
import { formatRoundBytes } from '../design/format.ts'
import { isolated } from '../design/isolated.tsx'
import {
  consoleAt,
  type FailureDestination,
  type FailureOf,
  serviceAt,
  type Words,
  words,
} from './words.ts'

const DENIERS: Readonly<Record<NonNullable<FailureOf<'explicitly-denied'>['by']>, string>> = {
  bucket: 'The policy of the bucket',
  identity: 'A policy of the user or role behind the keys',
  organization: 'A policy of the organization that the account belongs to',
  session: 'The policy of the session that the keys are for',
  boundary: 'The permissions boundary of the user or role behind the keys',
  endpoint: 'The policy of the network’s endpoint for the store',
}

/** docs.aws.amazon.com/IAM/latest/UserGuide/security-iam-awsmanpol.html: AWS attaches it by itself. */
const QUARANTINE = /CompromisedKeyQuarantine/

export function explicitlyDeniedWords(
  { by, action, answer }: FailureOf<'explicitly-denied'>,
  at: FailureDestination | null,
): Words {
  if (QUARANTINE.test(answer?.message ?? '')) {
    return words(
      'AWS has put these keys under quarantine: it found them in public.',
      `Make new keys in ${consoleAt(at)}, delete these there, and enter the new ones here.`,
      'enter-keys',
    )
  }
  const denier = by === undefined ? 'A policy of the bucket or of the account' : DENIERS[by]
  const what = action === undefined ? 'this upload' : `this (${action})`
  const who = by === 'bucket' ? 'the bucket’s owner' : 'the administrator of that policy'
  return words(
    `${denier} forbids ${what}, whatever else allows it.`,
    `It may demand encryption, a tag or TLS: set that in the rules. If not, only ${who} can change it.`,
  )
}

export function encryptionKeyWords({ action }: FailureOf<'encryption-key-denied'>): Words {
  return action === null
    ? words(
        'The encryption key of the rules or of the bucket cannot be used.',
        'Its administrator must enable it at the key service (KMS), or choose another encryption in the rules.',
      )
    : words(
        `These keys may not use the encryption key (${action}).`,
        'Its administrator must allow that in its policy at the key service (KMS), or choose another encryption in the rules.',
      )
}

export function quotaWords(
  { of }: FailureOf<'quota-exceeded'>,
  at: FailureDestination | null,
): Words {
  const raised =
    serviceAt(at) === null
      ? 'or ask whoever runs the store to raise it'
      : `or raise it in ${consoleAt(at)}`
  return words(quotaProblem(of, at), `Delete something there, ${raised}; then try again.`)
}

function quotaProblem(
  of: FailureOf<'quota-exceeded'>['of'],
  at: FailureDestination | null,
): string {
  const service = serviceAt(at)
  const where = service === null ? 'at the store' : `at ${service.label}`
  switch (of) {
    case 'bucket':
      return `The quota of this bucket ${where} is used up.`
    case 'account':
      return `The quota of your account ${where} is used up.`
    case 'unknown':
      return `A quota of the bucket or account ${where} is used up.`
    default:
      return unreachable(of)
  }
}

export function accountWords(
  _failure: FailureOf<'account-problem'>,
  at: FailureDestination | null,
): Words {
  const service = serviceAt(at)
  return service === null
    ? words(
        'There is a problem with the account at the store.',
        'Ask whoever runs the store: the account is suspended or disabled there.',
      )
    : words(
        `There is a problem with the account at ${service.label}.`,
        `Whoever holds it must look in ${consoleAt(at)}: it is suspended, unpaid, or not signed up for storage.`,
      )
}

/** S3 takes no shorter parts than 5 MiB, so a lower limit can only be raised. */
export function requestTooLargeWords({ limitBytes }: FailureOf<'request-too-large'>): Words {
  const problem =
    limitBytes === null
      ? 'Something in front of the store refuses requests of this size (413).'
      : `Something in front of the store refuses requests over about ${formatRoundBytes(limitBytes)} (413).`
  const raise = 'Whoever runs that proxy must raise its limit (nginx: client_max_body_size)'
  return limitBytes === null || limitBytes >= S3_LIMITS.minPartBytes
    ? words(problem, `${raise}; or choose smaller parts in the rules and upload the file again.`)
    : words(problem, `${raise}; then try again.`, 'retry')
}

export function proxyName({ status, answer }: FailureOf<'proxy-refused'>): string {
  const server = answer?.server ?? ''
  return server === '' ? `${status}` : `${status} from “${isolated(server)}”`
}

export function redirectedWords({ to }: FailureOf<'redirected'>): Words {
  return to === null
    ? words(
        'The store redirects Ferry to another address, which is not part of this connection.',
        'Ask whoever runs the store for the address of its S3 service, and enter it as the endpoint.',
      )
    : words(
        `The store redirects Ferry to “${to}”, which is not part of this connection.`,
        'If that is your store, enter it as the endpoint of the connection.',
      )
}

/** Words for error codes about something that the destination's rules ask for. */
const BY_RULES: Readonly<Record<string, string>> = {
  InvalidStorageClass: 'The store does not have the storage class that the rules ask for.',
  InvalidTag: 'The store does not take the tags that the rules ask for.',
  MetadataTooLarge: 'The metadata that the rules ask for is too long for the store.',
  InvalidEncryptionAlgorithmError: 'The store does not have the encryption that the rules ask for.',
  NotImplemented: 'The store does not support something that was asked of it (NotImplemented).',
}

/** Locks on a bucket: developers.cloudflare.com/r2/buckets/bucket-locks */
const LOCKED: ReadonlySet<string> = new Set(['ObjectLockedByBucketPolicy', 'ObjectLocked'])

/** Words for a refusal without a kind of its own: only its code is known. */
export function storeRefusedWords({ status, code, answer }: FailureOf<'store-refused'>): Words {
  const byRules = BY_RULES[code]
  if (byRules !== undefined) {
    return words(
      byRules,
      'Change that in the rules of this destination, then try again.',
      'edit-rules',
    )
  }
  if (LOCKED.has(code)) {
    return words(
      'A lock of the bucket protects the file of this name.',
      'Wait until it expires, ask the bucket’s owner to lift it, or upload under another name.',
    )
  }
  if (status === 404 && code === '') {
    return words(
      'Nothing answers for this bucket at the store’s address (404).',
      'Check the endpoint and the bucket in the connection; a proxy in front of the store may lead elsewhere.',
      'edit-connection',
    )
  }
  const reason = [status, code].filter(Boolean).join(' ')
  return words(
    `The store refused this (${reason}).`,
    answer === undefined || (answer.message === '' && answer.requestId === '')
      ? 'Try again; if it keeps happening, the store’s own log says why.'
      : 'Try again; if it keeps happening, the store’s own words are under “Details”, and its log has the rest.',
  )
}
