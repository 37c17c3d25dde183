import { knownHost, PROVIDERS } from '../../../../electron/contract/providers/lookup.ts'
import type { Pasted } from './pasted.ts'
import { bucketIn, decoded, fieldsOfPlace, filled } from './place.ts'
import { storeAddress } from './store-address.ts'

const BUCKET_URL =
  /^(?<scheme>[a-z][a-z0-9]*):\/\/(?:(?<user>[^@/?#\s]*)@)?(?<host>[^@/?#\s]+)(?:\/(?<path>[^?#]*))?(?:\?(?<query>\S*))?$/i

/** `s3a` and `s3n` are Hadoop's. */
const ANY_STORE = ['s3', 's3a', 's3n']

/** `s3://bucket/prefix`, and Cyberduck's `s3://KEY@host/bucket/prefix`. */
export function bucketUrl(text: string): Pasted | null {
  const groups = BUCKET_URL.exec(text)?.groups
  if (groups === undefined) return null
  const { scheme = '', user = '', host = '', path = '', query = '' } = groups
  const owner = PROVIDERS.find((each) => each.urlSchemes.includes(scheme.toLowerCase())) ?? null
  if (owner === null && !ANY_STORE.includes(scheme.toLowerCase())) return null
  const keys = keysIn(user)
  const isHost = /:\d+$/.test(host) || knownHost(host) !== null || (user !== '' && /\./.test(host))
  if (isHost) {
    const url = URL.parse(`https://${host}/${path}`)
    const found = url === null ? null : storeAddress(url)
    return found && { ...found, what: 'bucket-url', fields: { ...found.fields, ...keys } }
  }
  if (bucketIn(host) === null) return null
  const place = { provider: owner, bucket: host, path, ...placeIn(query) }
  return { what: 'bucket-url', fields: { ...fieldsOfPlace(place), ...keys }, unsupported: null }
}

function keysIn(user: string) {
  const [accessKeyId = '', secretAccessKey = ''] = user.split(':').map(decoded)
  const kind = secretAccessKey !== '' && ({ credentialKind: 'keys' } as const)
  return { ...filled({ accessKeyId, secretAccessKey }), ...kind }
}

/** `?region=…&endpoint=…`, as Go's and Arrow's libraries write it. */
function placeIn(query: string) {
  const params = new URLSearchParams(query)
  const endpoint = params.get('endpoint') ?? params.get('endpoint_override')
  const origin = endpoint === null ? null : (URL.parse(endpoint)?.origin ?? null)
  return { region: params.get('region'), endpoint: origin === 'null' ? null : origin }
}
