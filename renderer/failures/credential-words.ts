import { providerOf } from '../../electron/contract/providers/lookup.ts'
import { unreachable } from '../../electron/lib/unreachable.ts'
import { isolated } from '../design/isolated.tsx'
import {
  consoleAt,
  type FailureDestination,
  type FailureOf,
  serviceAt,
  type Words,
  words,
} from './words.ts'

/**
 * Words for keys that a store does not accept. Typed keys can be typed again; others have to be
 * fixed where they come from. `SignatureDoesNotMatch` means that the store knows the access key ID.
 */
export function credentialsRejectedWords(
  { answer }: FailureOf<'credentials-rejected'>,
  at: FailureDestination | null,
): Words {
  if (at?.kind === 'local') {
    return words(
      'The bucket on this computer does not accept Ferry’s own keys.',
      'Start Ferry again; if it keeps happening, its log says why.',
      'retry',
    )
  }
  switch (at?.credentials.kind) {
    case 'profile':
      return words(
        `The store does not accept the keys of the profile${named(at)}.`,
        'Correct them in ~/.aws/credentials and try again, or choose other keys in the connection.',
        'edit-connection',
      )
    case 'sso':
      return words(
        'The store does not accept the keys of your sign-in.',
        'Sign in again; if it keeps happening, the account’s administrator must let your role use this store.',
        'sign-in',
      )
    case 'environment':
      return words(
        'The store does not accept the keys from Ferry’s environment.',
        'Start Ferry with the right AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or choose other keys in the connection.',
        'edit-connection',
      )
    default:
      return answer?.code === 'SignatureDoesNotMatch'
        ? words(
            'The store does not accept the keys.',
            'It knows the access key ID: check the secret access key. If that is right, a proxy in front of the store must pass on Host and path unchanged.',
          )
        : words(
            'The store does not accept the keys.',
            `Check the access key ID and the secret access key, or make new ones in ${consoleAt(at)}.`,
          )
  }
}

export function credentialsExpiredWords(
  _failure: FailureOf<'credentials-expired'>,
  at: FailureDestination | null,
): Words {
  switch (at?.credentials.kind) {
    case 'profile':
      return words(
        `The keys of the profile${named(at)} have expired.`,
        'Renew them the way you got them, then try again; uploads go on from the parts already sent.',
        'edit-connection',
      )
    case 'sso':
      return words(
        'The keys of your sign-in have expired.',
        'Sign in again; uploads go on from the parts already sent.',
        'sign-in',
      )
    case 'environment':
      return words(
        'The keys from Ferry’s environment have expired.',
        'Start Ferry again with new ones, or choose other keys in the connection.',
        'edit-connection',
      )
    default:
      return words(
        'The keys have expired.',
        'Enter new ones; uploads go on from the parts already sent.',
      )
  }
}

function named({ credentials: { profile = '' } }: FailureDestination): string {
  return profile === '' ? '' : ` “${isolated(profile)}”`
}

/**
 * Words for keys that were not typed: a profile, a program, a role or the environment provided
 * none.
 */
export function keysUnavailableWords(failure: FailureOf<'keys-unavailable'>): Words {
  const { source, reason } = failure
  switch (reason) {
    case 'no-file':
      return words(
        `The profile “${isolated(source)}” cannot be looked up: this computer has no AWS configuration.`,
        'Make one with “aws configure”, or choose other keys.',
      )
    case 'no-profile':
      return words(
        `There is no profile “${isolated(source)}” on this computer.`,
        'Add it to ~/.aws/config, or choose another one.',
      )
    case 'incomplete':
      return words(
        `The profile “${isolated(source)}” lacks something that it needs to give keys.`,
        'Complete it in ~/.aws/config or ~/.aws/credentials, or choose other keys.',
      )
    case 'process-failed':
      return words(
        `The program that gives the keys of “${isolated(source)}” failed.`,
        'Run its credential_process in a terminal to see why, then try again.',
        'retry',
      )
    case 'program-missing':
      return missingProgramWords(failure)
    case 'role-refused':
      return words(
        `The role of “${isolated(source)}” was refused.`,
        'Ask the account’s administrator to let you assume it, or choose other keys.',
      )
    case 'environment-empty':
      return emptyEnvironmentWords(failure)
    case 'malformed':
      return words(
        'The keys hold a character that no key has, such as a line break or a letter of another alphabet.',
        'Copy them again from where they come from.',
      )
    case 'unreachable':
      return words(
        `The service that gives the keys of “${isolated(source)}” cannot be reached.`,
        'Check the network, then try again.',
        'retry',
      )
    default:
      return unreachable(reason)
  }
}

function missingProgramWords({
  source,
  program = '',
  folders = [],
}: FailureOf<'keys-unavailable'>): Words {
  const where = folders.length === 0 ? 'PATH names no folder' : `it is not in ${folders.join(', ')}`
  return words(
    `The program “${isolated(program)}”, which gives the keys of “${isolated(source)}”, was not found: ${where}.`,
    'Write its whole path into credential_process, or add its folder to PATH where your login shell sets it, and start Ferry again.',
    'retry',
  )
}

function emptyEnvironmentWords({ source, shell }: FailureOf<'keys-unavailable'>): Words {
  switch (shell) {
    case undefined:
      return words(
        `Ferry was started without keys in its environment (${source}).`,
        'Start it from where they are set, or choose other keys.',
      )
    case 'read':
      return words(
        `Neither Ferry’s environment nor your login shell’s has keys (${source}).`,
        'Set them where your login shell reads them, such as ~/.zprofile, and start Ferry again; or choose other keys.',
      )
    case 'silent':
      return words(
        `Ferry was started without keys in its environment, and your login shell did not tell its own (${source}).`,
        'Start Ferry from a terminal in which they are set, or choose other keys.',
      )
    default:
      return unreachable(shell)
  }
}

/** Words that continue “they may not”. */
const ACTION_WORDS: Readonly<Record<string, string>> = {
  's3:PutObject': 'put files into this bucket',
  's3:PutObjectAcl': 'set an ACL',
  's3:PutObjectTagging': 'set tags',
  's3:GetObject': 'read files here',
  's3:GetObjectTagging': 'read tags here',
  's3:DeleteObject': 'remove files here',
  's3:AbortMultipartUpload': 'cancel uploads here',
  's3:ListMultipartUploadParts': 'see which parts of an upload are there',
  's3:ListBucketMultipartUploads': 'see which uploads are unfinished here',
  's3:ListBucket': 'look into this bucket',
  's3:ListBucketVersions': 'see earlier versions here',
  's3:ListAllMyBuckets': 'list buckets',
  's3:GetBucketCORS': 'see the bucket’s CORS rules',
  's3:PutBucketCORS': 'change the bucket’s CORS rules',
  's3:GetBucketVersioning': 'ask about versions',
  's3:GetLifecycleConfiguration': 'see the bucket’s rules',
  's3:PutLifecycleConfiguration': 'change the bucket’s rules',
}

/** Permissions that are needed only because the destination's rules ask for something. */
const RULE_PERMISSIONS: Readonly<Record<string, string>> = {
  's3:PutObjectAcl': 'Set the ACL to “none” in the rules, or',
  's3:PutObjectTagging': 'Take the tags out of the rules, or',
}

/** backblaze.com/docs/cloud-storage-s3-compatible-app-keys */
const CAPABILITIES: Readonly<Record<string, string>> = {
  's3:PutObject': 'writeFiles',
  's3:AbortMultipartUpload': 'writeFiles',
  's3:ListMultipartUploadParts': 'writeFiles',
  's3:GetObject': 'readFiles',
  's3:DeleteObject': 'deleteFiles',
  's3:ListBucket': 'listFiles',
  's3:ListBucketVersions': 'listFiles',
  's3:ListBucketMultipartUploads': 'listFiles',
  's3:ListAllMyBuckets': 'listAllBucketNames',
  's3:GetBucketCORS': 'readBuckets',
  's3:GetLifecycleConfiguration': 'readBuckets',
  's3:PutBucketCORS': 'writeBuckets',
  's3:PutLifecycleConfiguration': 'writeBuckets',
}

export function deniedWords(
  { action: denied }: FailureOf<'access-denied'>,
  at: FailureDestination | null,
): Words {
  if (at?.kind === 'local') {
    return words(
      'The bucket on this computer refuses Ferry’s own keys.',
      'Start Ferry again; if it keeps happening, its log says why.',
      'retry',
    )
  }
  const action = denied ?? null
  const problem = `The store accepts the keys, but they may not ${actionWords(action)}.`
  const wayOut = permissionRemedy(action, at)
  const byRules = action === null ? undefined : RULE_PERMISSIONS[action]
  return byRules === undefined
    ? words(problem, wayOut)
    : words(problem, `${byRules} ${withSmallStart(wayOut)}`, 'edit-rules')
}

/** The result is followed by the permission's own name. */
function actionWords(action: string | null): string {
  if (action === null) return 'do this here'
  return `${ACTION_WORDS[action] ?? 'do this here'} (${action})`
}

/**
 * Returns a whole sentence that says who can grant the keys a permission, and where.
 * @param action the missing permission, as S3 names it; null: not known.
 */
export function permissionRemedy(action: string | null, at: FailureDestination | null): string {
  const model = at === null ? null : providerOf(at.provider).permissions
  switch (model) {
    case 'policy':
      return 'The bucket’s administrator must allow it in the policy of these keys or of the bucket; or use other keys.'
    case 'token':
      return `Give their API token “Object Read & Write” for this bucket in ${consoleAt(at)} (API tokens), or use keys of another token.`
    case 'capability': {
      const capability = action === null ? undefined : CAPABILITIES[action]
      const which = capability === undefined ? 'that may' : `with the capability ${capability}`
      return `Make an application key ${which} for this bucket in ${consoleAt(at)}, and enter it here; a key’s capabilities cannot be changed.`
    }
    case 'role':
      return `The administrator of the account behind these keys must give it a role that may do this in the bucket${inConsole(at)}; or use other keys.`
    case 'key':
      return `Give these keys this right for the bucket where they were made${inConsole(at)}, or use other keys.`
    case null:
      return 'Whoever runs the store must allow it for these keys; or use other keys.'
    default:
      return unreachable(model)
  }
}

function inConsole(at: FailureDestination | null): string {
  return serviceAt(at) === null ? '' : `, in ${consoleAt(at)}`
}

function withSmallStart(sentence: string): string {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1)
}
