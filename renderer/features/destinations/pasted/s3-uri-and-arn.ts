import { knownHost, PROVIDERS } from '../../../../electron/contract/providers/lookup.ts'
import {
  bucketNameIn,
  decoded,
  definedFields,
  locationFields,
  type Pasted,
  type Unsupported,
} from './pasted-fields.ts'
import { parseStoreAddress } from './store-address.ts'

const BUCKET_URL =
  /^(?<scheme>[a-z][a-z0-9]*):\/\/(?:(?<user>[^@/?#\s]*)@)?(?<host>[^@/?#\s]+)(?:\/(?<path>[^?#]*))?(?:\?(?<query>\S*))?$/i

/** Hadoop uses `s3a` and `s3n`. */
const ANY_STORE = ['s3', 's3a', 's3n']

/** Reads `s3://bucket/prefix`, and Cyberduck's `s3://KEY@host/bucket/prefix`. */
export function parseBucketUrl(text: string): Pasted | null {
  const groups = BUCKET_URL.exec(text)?.groups
  if (groups === undefined) return null
  const { scheme = '', user = '', host = '', path = '', query = '' } = groups
  const owner = PROVIDERS.find((each) => each.urlSchemes.includes(scheme.toLowerCase())) ?? null
  if (owner === null && !ANY_STORE.includes(scheme.toLowerCase())) return null
  const keys = keysIn(user)
  const isHost = /:\d+$/.test(host) || knownHost(host) !== null || (user !== '' && /\./.test(host))
  if (isHost) {
    const url = URL.parse(`https://${host}/${path}`)
    const found = url === null ? null : parseStoreAddress(url)
    return found && { ...found, kind: 'bucket-url', fields: { ...found.fields, ...keys } }
  }
  if (bucketNameIn(host) === null) return null
  const place = { provider: owner, bucket: host, path, ...locationIn(query) }
  return { kind: 'bucket-url', fields: { ...locationFields(place), ...keys }, unsupported: null }
}

function keysIn(user: string) {
  const [accessKeyId = '', secretAccessKey = ''] = user.split(':').map(decoded)
  const kind = secretAccessKey !== '' && ({ credentialKind: 'keys' } as const)
  return { ...definedFields({ accessKeyId, secretAccessKey }), ...kind }
}

/** Reads `?region=…&endpoint=…`, which libraries for Go and Arrow write. */
function locationIn(query: string) {
  const params = new URLSearchParams(query)
  const endpoint = params.get('endpoint') ?? params.get('endpoint_override')
  const origin = endpoint === null ? null : (URL.parse(endpoint)?.origin ?? null)
  return { region: params.get('region'), endpoint: origin === 'null' ? null : origin }
}

/** Source: docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html */
const ARN =
  /^arn:(?<partition>[a-z0-9-]+):(?<service>[a-z0-9-]+):(?<region>[a-z0-9-]*):(?<account>\d*):(?<resource>\S+)$/i

const OTHER_SERVICES: Readonly<Record<string, Unsupported>> = {
  's3-outposts': 'outpost',
  's3-object-lambda': 'object-lambda',
  s3express: 'directory-bucket',
}

/** Reads `arn:aws:s3:::bucket/prefix*`, as in a policy. */
export function parseArn(text: string): Pasted | null {
  const groups = ARN.exec(text)?.groups
  if (groups === undefined) return null
  const { partition = '', service = '', resource = '', region } = groups
  const owner = PROVIDERS.find((each) => partition in each.arnPartitions)
  const home = owner?.arnPartitions[partition] ?? null
  // Any server may use the partition `aws`; each other one belongs to one store.
  const provider = home === null ? null : owner
  const place = { provider: provider ?? null, region: region || home }
  const unsupported = owner === undefined ? 'not-s3' : unsupportedIn(service, resource)
  if (unsupported !== null) return { kind: 'arn', fields: {}, unsupported }
  const [bucket, ...rest] = resource.split('/')
  if (bucketNameIn(bucket) === null) return null
  const fields = locationFields({
    ...place,
    bucket: bucket ?? null,
    path: fixedPart(rest.join('/')),
  })
  return { kind: 'arn', fields, unsupported: null }
}

function unsupportedIn(service: string, resource: string): Unsupported | null {
  const other = OTHER_SERVICES[service]
  if (other !== undefined) return other
  if (service !== 's3') return 'not-s3'
  return /^accesspoint[/:]/.test(resource) ? 'access-point' : null
}

/** Ends before the first wildcard or policy variable; `photos*` gives `photos/`. */
function fixedPart(path: string): string {
  const end = path.search(/[*?]|\$\{/)
  if (end < 0) return path
  const fixed = path.slice(0, end)
  const isWholeName = /^\*+$/.test(path.slice(end)) && !fixed.endsWith('/')
  return isWholeName ? `${fixed}/` : fixed.slice(0, fixed.lastIndexOf('/') + 1)
}
