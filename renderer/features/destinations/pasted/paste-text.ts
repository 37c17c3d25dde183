import type { Pasted, PastedFields, PastedKind, Unsupported } from './pasted-fields.ts'

const KINDS: Record<PastedKind, string> = {
  endpoint: 'an address',
  'bucket-url': 'the address of a bucket',
  arn: 'an ARN',
  'console-page': 'a page of the store’s website',
  'presigned-url': 'a signed link',
  bookmark: 'a Cyberduck bookmark',
  keys: 'a block of keys',
  settings: 'a block of settings',
}

const UNSUPPORTED: Record<Unsupported, string> = {
  'access-point': 'It names an access point; Ferry needs the bucket behind it.',
  'directory-bucket': 'It names a directory bucket, which Ferry cannot upload to.',
  outpost: 'It names a bucket on Outposts, which Ferry cannot upload to.',
  'object-lambda': 'It names an Object Lambda access point, which takes no uploads.',
  'not-s3': 'It names something that is not S3.',
  'public-address':
    'It is the bucket’s public address; the one for uploads is in the store’s settings.',
}

/** In the order of the form. The note speaks of a pair of keys as "keys". */
const NAMES: readonly (readonly [string, readonly (keyof PastedFields)[]])[] = [
  ['name', ['name']],
  ['provider', ['provider']],
  ['endpoint', ['endpoint']],
  ['region', ['region']],
  ['bucket', ['bucket']],
  ['prefix', ['prefix']],
  ['keys', ['secretAccessKey']],
  ['access key ID', ['accessKeyId']],
  ['session token', ['sessionToken']],
  ['profile', ['profile']],
  ['sign-in', ['ssoStartUrl', 'ssoRegion', 'ssoAccountId', 'ssoRoleName']],
]

/** `missed`: the paste did not do what the user wanted. */
export interface PasteNote {
  readonly tone: 'filled' | 'missed'
  readonly text: string
}

export const NOTHING_PASTED: PasteNote = {
  tone: 'missed',
  text: 'Ferry found no endpoint, bucket or keys in that. Fill in the fields below.',
}

export function pasteNote({ kind, fields, unsupported }: Pasted): PasteNote {
  const named = namesOf(fields)
  const filled = named === '' ? '' : `Filled ${named} from ${KINDS[kind]}.`
  if (unsupported === null) return { tone: 'filled', text: filled }
  return { tone: 'missed', text: [filled, UNSUPPORTED[unsupported]].filter(Boolean).join(' ') }
}

function namesOf(fields: PastedFields): string {
  const has = (field: keyof PastedFields) => fields[field] !== undefined
  const names = NAMES.filter(([, all]) => all.some(has)).map(([name]) => name)
  const shown = has('secretAccessKey') ? names.filter((name) => name !== 'access key ID') : names
  return LIST.format(shown.length === 0 && has('credentialKind') ? ['where keys come from'] : shown)
}

const LIST = new Intl.ListFormat('en', { type: 'conjunction' })

/** Text that is worth more than one field: several lines, or a URL. */
export function isStructuredText(text: string): boolean {
  return /[\r\n]/.test(text.trim()) || /^\s*(s3:|arn:|https?:)/i.test(text)
}
