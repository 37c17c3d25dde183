import type {
  DestinationField,
  DraftNote,
  FieldProblem,
} from '../../../../electron/contract/destination-draft.ts'
import type { Failure } from '../../../../electron/contract/failure/kinds.ts'
import { unreachable } from '../../../../electron/lib/unreachable.ts'
import { failureSentence } from '../../../failures/failure-text.ts'
import type { RemoteData } from '../remote-data.ts'
import type { Buckets } from './form-reducer.ts'

export const FIELD_LABELS: Record<DestinationField, string> = {
  name: 'Name',
  endpoint: 'Endpoint',
  region: 'Region',
  bucket: 'Bucket',
  prefix: 'Prefix',
  accessKeyId: 'Access key ID',
  secretAccessKey: 'Secret access key',
  sessionToken: 'Session token',
  profile: 'Profile',
  ssoStartUrl: 'Start URL',
  ssoRegion: 'Sign-in region',
  ssoAccountId: 'Account ID',
  ssoRoleName: 'Role',
}

const MISSING: Record<DestinationField, string> = {
  name: 'Give it a name.',
  endpoint: 'Enter the address of the store.',
  region: 'Enter the region.',
  bucket: 'Enter the name of the bucket.',
  prefix: 'Enter a folder.',
  accessKeyId: 'Enter the access key ID.',
  secretAccessKey: 'Enter the secret access key.',
  sessionToken: 'Enter the session token.',
  profile: 'Choose a profile.',
  ssoStartUrl: 'Enter the start URL.',
  ssoRegion: 'Enter the region of the sign-in.',
  ssoAccountId: 'Choose an account.',
  ssoRoleName: 'Choose a role.',
}

export function problemText({ field, problem }: FieldProblem): string {
  switch (problem) {
    case 'missing':
      return MISSING[field]
    case 'not-a-url':
      return 'This is not an address. It looks like https://s3.example.org.'
    case 'not-http':
      return 'The address begins with https:// (or http:// inside your own network).'
    case 'has-path':
      return 'Leave out everything after the server’s name; the bucket has its own field.'
    case 'has-credentials':
      return 'Leave the user name and password out of the address; the keys have their own fields.'
    case 'has-query':
      return 'Leave out everything from the question mark on.'
    case 'plain-http-outside-this-network':
      return 'This address must begin with https://, or others could read your files on the way. http:// is for this computer and your own network only: names without a dot, those that end with .local, .lan, .home.arpa or .internal, and private addresses such as 192.168.1.20.'
    case 'bucket-name-invalid':
      return 'A bucket name has 3 to 63 lowercase letters, digits, dots and hyphens.'
    case 'prefix-invalid':
      return 'A folder cannot be called “.” or “..”, and the prefix cannot be longer than 1,024 bytes.'
    case 'too-long':
      return 'This is longer than a store accepts.'
    case 'needed-again':
      return 'Enter it again: Ferry keeps it only for the previous endpoint and access key ID.'
    case 'has-odd-character':
      return 'It contains a character that is not allowed, perhaps an invisible one. Copy it again.'
    case 'not-a-region':
      return 'A region has only letters, digits and hyphens, such as eu-central-1.'
    case 'metadata-address':
      return 'This is where clouds hand out a machine’s own keys; it is not a store.'
    case 'has-inner-space':
      return 'It contains a space. Copy it again.'
    default:
      return unreachable(problem)
  }
}

const IN_A_SENTENCE: Record<DestinationField, string> = {
  name: 'the name',
  endpoint: 'the endpoint',
  region: 'the region',
  bucket: 'the bucket’s name',
  prefix: 'the prefix',
  accessKeyId: 'the access key ID',
  secretAccessKey: 'the secret access key',
  sessionToken: 'the session token',
  profile: 'the profile',
  ssoStartUrl: 'the start URL',
  ssoRegion: 'the sign-in region',
  ssoAccountId: 'the account ID',
  ssoRoleName: 'the role',
}

/** Describes what the host changed before it used the form. */
export function noteText({ field, change }: DraftNote): string {
  const name = IN_A_SENTENCE[field]
  switch (change) {
    case 'trimmed':
      return `We removed a space around ${name}.`
    case 'scheme-added':
      return `We added https:// to ${name}.`
    case 'slash-removed':
      return `We removed a slash from ${name}.`
    case 'slash-added':
      return `We added a slash to ${name}.`
    case 'region-corrected':
      return 'We took the region from the endpoint.'
    case 'plain-http':
      return 'The connection to this store is not encrypted (http): anyone on the same network can read your files on the way, and use each signed request until it expires.'
    default:
      return unreachable(change)
  }
}

/** The hint below the field; null: none is needed. */
export function bucketsText(buckets: RemoteData<Buckets>): string | null {
  switch (buckets.phase) {
    case 'idle':
      return null
    case 'loading':
      return 'Loading the buckets…'
    case 'loaded':
      if (buckets.value.buckets.length === 0) {
        return 'The store shows no buckets for these keys; type the name.'
      }
      return buckets.value.isComplete
        ? null
        : 'There are more buckets than fit here; type the name.'
    case 'failed':
      return bucketsFailureText(buckets.failure)
    default:
      return unreachable(buckets)
  }
}

function bucketsFailureText(failure: Failure): string {
  switch (failure.kind) {
    case 'access-denied':
    case 'explicitly-denied':
      return 'These keys are not allowed to list buckets; type the name.'
    case 'sign-in-needed':
      return 'Sign in to list the buckets.'
    case 'form-invalid':
      return 'Fill in the endpoint and the keys to list the buckets.'
    default:
      return failureSentence(failure)
  }
}
