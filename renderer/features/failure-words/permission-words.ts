import { providerOf } from '../../../electron/contract/providers/lookup.ts'
import { unreachable } from '../../../electron/lib/unreachable.ts'
import { consoleAt, serviceAt } from './store-names.ts'
import { type FailureDestination, type FailureText, text } from './words.ts'

/** Goes on from “they may not”. */
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

/** What needs no such permission once the rules no longer ask for it. */
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

/** `action`: the permission that is missing, as S3 names it; null: not known. */
export function deniedWords(action: string | null, at: FailureDestination | null): FailureText {
  if (at?.kind === 'local') {
    return text(
      'The bucket on this computer refuses Ferry’s own keys.',
      'Start Ferry again; if it stays, its log says why.',
      'retry',
    )
  }
  const problem = `The store accepts the keys, but they may not ${actionWords(action)}.`
  const byRules = action === null ? undefined : RULE_PERMISSIONS[action]
  if (byRules === undefined) return text(problem, permissionRemedy(action, at), 'edit-connection')
  return text(problem, `${byRules} ${withSmallStart(permissionRemedy(action, at))}`, 'edit-rules')
}

/** With the permission's name behind it, in the words of the store. */
function actionWords(action: string | null): string {
  if (action === null) return 'do this here'
  return `${ACTION_WORDS[action] ?? 'do this here'} (${action})`
}

/** Who can give keys a right, and where. A whole sentence. */
export function permissionRemedy(action: string | null, at: FailureDestination | null): string {
  const model = at === null ? null : providerOf(at.provider).permissions
  switch (model) {
    case 'policy':
      return 'Whoever looks after the bucket must allow it in the policy of these keys or of the bucket; or use other keys.'
    case 'token':
      return `Give their API token “Object Read & Write” for this bucket in ${consoleAt(at)} (API tokens), or use keys of another token.`
    case 'capability': {
      const capability = action === null ? undefined : CAPABILITIES[action]
      const named = capability === undefined ? 'that may' : `with the capability ${capability}`
      return `Make an application key ${named} for this bucket in ${consoleAt(at)}, and enter it here; a key’s capabilities cannot be changed.`
    }
    case 'role':
      return `Whoever looks after the account behind these keys must give it a role that may do this in the bucket${inConsole(at)}; or use other keys.`
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
