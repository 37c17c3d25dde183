import { type KnownHost, knownHost } from '../../../../electron/contract/providers/lookup.ts'
import {
  bucketNameIn,
  decoded,
  folderOf,
  locationFields,
  type Pasted,
  type PastedFields,
} from './pasted-fields.ts'

/** Null: the query shows that this is not an S3 address. */
export function parseStoreAddress(url: URL): Pasted | null {
  const known = knownHost(url.hostname)
  const format = isPresigned(url) ? 'presigned-url' : 'endpoint'
  if (known === null) {
    if (url.search !== '' && !isPresigned(url)) return null
    return { kind: format, fields: ownServerFields(url), unsupported: null }
  }
  const { provider, region, kind } = known
  if (kind === 'endpoint')
    return { kind: format, fields: knownStoreFields(url, known), unsupported: null }
  if (kind !== 'public')
    return { kind: format, fields: { provider: provider.id }, unsupported: kind }
  const { bucket } = known
  const path = pathOf(url)
  const fields = locationFields({ provider, region, bucket, path: bucket === null ? '' : path })
  return { kind: format, fields, unsupported: bucket === null ? 'public-address' : null }
}

function knownStoreFields(url: URL, known: KnownHost): PastedFields {
  const { provider } = known
  const region = known.region ?? signedRegion(url)
  const host = known.bucket === null ? url.host : url.host.slice(known.bucket.length + 1)
  const isRegionMissing =
    known.region === null && provider.endpointTemplate?.includes('{region}') === true
  // An endpoint without a region redirects: the form derives the regional one.
  const endpoint = isRegionMissing ? null : `https://${host}`
  return locationFields({ provider, region, endpoint, ...bucketAndPath(url, known.bucket) })
}

/** Assumes path style, except for a presigned URL with one segment: its bucket is in the host. */
function ownServerFields(url: URL): PastedFields {
  const path = pathOf(url)
  const region = signedRegion(url)
  const [first = '', ...rest] = url.hostname.split('.')
  const isInFront = isPresigned(url) && !path.includes('/') && rest.length > 1 && !isIpAddress(url)
  if (isInFront) {
    const endpoint = `${url.protocol}//${url.host.slice(first.length + 1)}`
    return locationFields({ region, endpoint, bucket: first, pathStyle: false })
  }
  const place = bucketAndPath(url, null)
  const isNamed = bucketNameIn(place.bucket) !== null
  return locationFields({
    region,
    endpoint: url.origin,
    ...(isNamed && { ...place, pathStyle: true }),
  })
}

function bucketAndPath(url: URL, inFront: string | null) {
  const path = pathOf(url)
  const slash = path.indexOf('/')
  const bucket = inFront ?? (slash < 0 ? path : path.slice(0, slash))
  const rest = inFront !== null ? path : slash < 0 ? '' : path.slice(slash + 1)
  return { bucket, path: isPresigned(url) ? folderOf(rest) : rest }
}

function pathOf(url: URL): string {
  return decoded(url.pathname.slice(1))
}

function isIpAddress(url: URL): boolean {
  return url.hostname.startsWith('[') || /^[\d.]+$/.test(url.hostname)
}

/** Signature version 4 of AWS and Google, and version 2 of AWS. */
const SIGNED = ['x-amz-signature', 'x-amz-credential', 'x-goog-signature', 'signature']

function isPresigned(url: URL): boolean {
  return [...url.searchParams.keys()].some((name) => SIGNED.includes(name.toLowerCase()))
}

/**
 * Reads the region in `KEY/20260101/eu-west-1/s3/aws4_request`, and nothing else of the query.
 * Source: docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
 */
function signedRegion(url: URL): string | null {
  for (const [name, value] of url.searchParams) {
    if (!/^x-(?:amz|goog)-credential$/i.test(name)) continue
    const [, region] = /\/\d{8}\/([a-z0-9-]+)\/[a-z0-9]+\/[a-z0-9]+_request$/i.exec(value) ?? []
    if (region !== undefined) return region
  }
  return null
}
