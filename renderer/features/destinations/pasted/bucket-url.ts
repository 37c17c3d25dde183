import { knownHost, PROVIDERS } from '../../../../electron/contract/providers/lookup.ts'
import type { Pasted } from './pasted.ts'
import { bucketNameIn, decoded, definedFields, locationFields } from './place.ts'
import { parseStoreAddress } from './store-address.ts'

const BUCKET_URL =
  /^(?<scheme>[a-z][a-z0-9]*):\/\/(?:(?<user>[^@/?#\s]*)@)?(?<host>[^@/?#\s]+)(?:\/(?<path>[^?#]*))?(?:\?(?<query>\S*))?$/i

/** `s3a` and `s3n` are Hadoop's. */
const ANY_STORE = ['s3', 's3a', 's3n']

/** `s3://bucket/prefix`, and Cyberduck's `s3://KEY@host/bucket/prefix`. */
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
    return found && { ...found, what: 'bucket-url', fields: { ...found.fields, ...keys } }
  }
  if (bucketNameIn(host) === null) return null
  const place = { provider: owner, bucket: host, path, ...locationIn(query) }
  return { what: 'bucket-url', fields: { ...locationFields(place), ...keys }, unsupported: null }
}

function keysIn(user: string) {
  const [accessKeyId = '', secretAccessKey = ''] = user.split(':').map(decoded)
  const kind = secretAccessKey !== '' && ({ credentialKind: 'keys' } as const)
  return { ...definedFields({ accessKeyId, secretAccessKey }), ...kind }
}

/** `?region=…&endpoint=…`, as Go's and Arrow's libraries write it. */
function locationIn(query: string) {
  const params = new URLSearchParams(query)
  const endpoint = params.get('endpoint') ?? params.get('endpoint_override')
  const origin = endpoint === null ? null : (URL.parse(endpoint)?.origin ?? null)
  return { region: params.get('region'), endpoint: origin === 'null' ? null : origin }
}
