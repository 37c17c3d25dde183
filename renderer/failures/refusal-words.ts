import type { Failure } from '../../electron/contract/failure/kinds.ts'
import { S3_LIMITS } from '../../electron/contract/limits.ts'
import { unreachable } from '../../electron/lib/unreachable.ts'
import { formatRoundBytes } from '../design/format.ts'
import { isolated } from '../design/isolated.tsx'
import { consoleAt, type FailureDestination, type FailureText, serviceAt, text } from './words.ts'

type Refusal = Extract<
  Failure,
  {
    kind:
      | 'answer-unreadable'
      | 'answer-too-long'
      | 'host-refused'
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
type Of<K extends Refusal['kind']> = Extract<Refusal, { kind: K }>

/** Refusals that name their reason: each says who can act, and where. */
export function refusalWords(failure: Refusal, at: FailureDestination | null): FailureText {
  switch (failure.kind) {
    case 'answer-unreadable':
      return text(
        `The store at “${failure.host}” answers in a form that Ferry cannot read.`,
        'Try again; if it stays, a proxy in front of the store may change its answers.',
        'retry',
      )
    case 'answer-too-long':
      return text(
        `The store at “${failure.host}” answered with more than ${formatRoundBytes(failure.limitBytes)}, which no store needs; Ferry stopped reading.`,
        'Try again; if it stays, something other than your store may answer there.',
        'retry',
      )
    case 'host-refused':
      return text(
        `“${failure.host}” leads to an address at which clouds hand out a machine’s own keys, so Ferry does not connect to it.`,
        'Enter the address of your store.',
        'edit-connection',
      )
    case 'request-rewritten':
      return text(
        `Something in front of “${failure.host}” changes what was signed on its way.`,
        'Your keys are right. Whoever runs the proxy there must let it pass on Host, path and headers as they come.',
        'retry',
      )
    case 'explicitly-denied':
      return explicitlyDeniedWords(failure, at)
    case 'encryption-key-denied':
      return encryptionKeyWords(failure)
    case 'acl-refused':
      return text(
        'This bucket takes no ACLs, and the rules ask for one.',
        'Open the rules and set the ACL to “none”, then try again; or the bucket’s owner allows ACLs.',
        'edit-rules',
      )
    case 'quota-exceeded':
      return quotaWords(failure, at)
    case 'store-full':
      return text(
        'The store has no space left.',
        'Whoever runs the store must make room there; then try again.',
        'retry',
      )
    case 'account-problem':
      return accountWords(at)
    case 'request-too-large':
      return tooLargeWords(failure)
    case 'proxy-refused':
      return text(
        `Something in front of the store refuses the request (${proxyName(failure)}).`,
        'Whoever runs that proxy, firewall or virus scanner must let uploads (PUT) through; then try again.',
        'retry',
      )
    case 'redirected':
      return redirectedWords(failure)
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

const DENIERS: Readonly<Record<NonNullable<Of<'explicitly-denied'>['by']>, string>> = {
  bucket: 'The policy of the bucket',
  identity: 'A policy of the user or role behind the keys',
  organization: 'A policy of the organization that the account belongs to',
  session: 'The policy of the session that the keys are for',
  boundary: 'The permissions boundary of the user or role behind the keys',
  endpoint: 'The policy of the network’s endpoint for the store',
}

/** docs.aws.amazon.com/IAM/latest/UserGuide/security-iam-awsmanpol.html: AWS attaches it by itself. */
const QUARANTINE = /CompromisedKeyQuarantine/

function explicitlyDeniedWords(
  { by, action, answer }: Of<'explicitly-denied'>,
  at: FailureDestination | null,
): FailureText {
  if (QUARANTINE.test(answer?.message ?? '')) {
    return text(
      'AWS has put these keys under quarantine: it found them in public.',
      `Make new keys in ${consoleAt(at)}, delete these there, and enter the new ones here.`,
      'enter-keys',
    )
  }
  const denier = by === undefined ? 'A policy of the bucket or of the account' : DENIERS[by]
  const what = action === undefined ? 'this upload' : `this (${action})`
  const who = by === 'bucket' ? 'the bucket’s owner' : 'whoever looks after that policy'
  return text(
    `${denier} forbids ${what}, whatever else allows it.`,
    `It may demand encryption, a tag or TLS: set that in the rules. If not, only ${who} can change it.`,
    'edit-rules',
  )
}

function encryptionKeyWords({ action }: Of<'encryption-key-denied'>): FailureText {
  return action === null
    ? text(
        'The encryption key of the rules or of the bucket cannot be used.',
        'Whoever looks after it must enable it at the key service (KMS), or choose another encryption in the rules.',
        'edit-rules',
      )
    : text(
        `These keys may not use the encryption key (${action}).`,
        'Whoever looks after it must allow that in its policy at the key service (KMS), or choose another encryption in the rules.',
        'edit-rules',
      )
}

function quotaWords({ of }: Of<'quota-exceeded'>, at: FailureDestination | null): FailureText {
  const service = serviceAt(at)
  const raised =
    service === null
      ? 'or ask whoever runs the store to raise it'
      : `or raise it in ${consoleAt(at)}`
  return text(quotaProblem(of, at), `Delete something there, ${raised}; then try again.`, 'retry')
}

function quotaProblem(of: Of<'quota-exceeded'>['of'], at: FailureDestination | null): string {
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

function accountWords(at: FailureDestination | null): FailureText {
  const service = serviceAt(at)
  return service === null
    ? text(
        'The account at the store is not in order.',
        'Ask whoever runs the store: the account is suspended or disabled there.',
        'retry',
      )
    : text(
        `The account at ${service.label} is not in order.`,
        `Whoever holds it must look in ${consoleAt(at)}: it is suspended, unpaid, or not signed up for storage.`,
        'retry',
      )
}

/** S3 takes no shorter parts than 5 MiB, so a lower limit can only be raised. */
function tooLargeWords({ limitBytes }: Of<'request-too-large'>): FailureText {
  const raise = 'Whoever runs that proxy must raise its limit (nginx: client_max_body_size)'
  const isForParts = limitBytes === null || limitBytes >= S3_LIMITS.minPartBytes
  return text(
    limitBytes === null
      ? 'Something in front of the store refuses requests of this size (413).'
      : `Something in front of the store refuses requests over about ${formatRoundBytes(limitBytes)} (413).`,
    isForParts
      ? `${raise}; or choose smaller parts in the rules and upload the file again.`
      : `${raise}; then try again.`,
    isForParts ? 'edit-rules' : 'retry',
  )
}

function proxyName({ status, answer }: Of<'proxy-refused'>): string {
  const server = answer?.server ?? ''
  return server === '' ? `${status}` : `${status} from “${isolated(server)}”`
}

function redirectedWords({ to }: Of<'redirected'>): FailureText {
  return to === null
    ? text(
        'The store sends Ferry on to another place, which is not part of this connection.',
        'Ask whoever runs the store for the address of its S3 service, and enter it as the endpoint.',
        'edit-connection',
      )
    : text(
        `The store sends Ferry on to “${to}”, which is not part of this connection.`,
        'If that is your store, enter it as the endpoint of the connection.',
        'edit-connection',
      )
}

type StoreRefused = Extract<Failure, { kind: 'store-refused' }>

/** Codes about something that the destination's rules ask for. */
const BY_RULES: Readonly<Record<string, string>> = {
  InvalidStorageClass: 'The store does not have the storage class that the rules ask for.',
  InvalidTag: 'The store does not take the tags that the rules ask for.',
  MetadataTooLarge: 'The metadata that the rules ask for is too long for the store.',
  InvalidEncryptionAlgorithmError: 'The store does not have the encryption that the rules ask for.',
  NotImplemented: 'The store does not do something that was asked of it (NotImplemented).',
}

/** Locks of a bucket: developers.cloudflare.com/r2/buckets/bucket-locks */
const LOCKED: ReadonlySet<string> = new Set(['ObjectLockedByBucketPolicy', 'ObjectLocked'])

/** A refusal that has no kind of its own: the code is all that is known. */
export function storeRefusedWords({ status, code, answer }: StoreRefused): FailureText {
  const byRules = BY_RULES[code]
  if (byRules !== undefined) {
    return text(
      byRules,
      'Change that in the rules of this destination, then try again.',
      'edit-rules',
    )
  }
  if (LOCKED.has(code)) {
    return text(
      'A lock of the bucket protects the file of this name.',
      'Wait until it ends, have the bucket’s owner lift it, or upload under another name.',
      'retry',
    )
  }
  if (status === 404 && code === '') {
    return text(
      'Nothing answers for this bucket at the store’s address (404).',
      'Check the endpoint and the bucket in the connection; a proxy in front of the store may lead elsewhere.',
      'edit-connection',
    )
  }
  const reason = [status, code].filter(Boolean).join(' ')
  return text(
    `The store refused this (${reason}).`,
    answer === undefined || (answer.message === '' && answer.requestId === '')
      ? 'Try again; if it stays, the store’s own log says why.'
      : 'Try again; if it stays, the store’s own words are under “Details”, and its log has the rest.',
    'retry',
  )
}
