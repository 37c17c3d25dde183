import { BlockList, isIP } from 'node:net'
import type { DraftNote, FieldProblem } from '../../contract/destination-draft.ts'
import { bucketUrl } from '../s3/bucket-url.ts'
import { isMetadataHost } from '../s3/http/metadata-hosts.ts'
import type { StoredDestination } from './stored-destination.ts'

type EndpointProblem = FieldProblem['problem']
type EndpointChange = DraftNote['change']

export type JudgedEndpoint =
  | { readonly origin: string; readonly changes: readonly EndpointChange[] }
  | { readonly problem: EndpointProblem }

/** Takes what users paste as an endpoint and answers scheme, host and port. */
export function judgeEndpoint(typed: string): JudgedEndpoint {
  const changes: EndpointChange[] = []
  const trimmed = typed.trim()
  if (trimmed === '') return { problem: 'missing' }
  if (trimmed !== typed) changes.push('trimmed')
  const hasScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(trimmed)
  if (!hasScheme) changes.push('scheme-added')
  const url = URL.parse(hasScheme ? trimmed : `https://${trimmed}`)
  if (url === null || !isHostName(url.hostname) || /\s/.test(trimmed)) {
    return { problem: 'not-a-url' }
  }
  const problem = problemOf(url)
  if (problem !== null) return { problem }
  if (trimmed.endsWith('/')) changes.push('slash-removed')
  return { origin: url.origin, changes }
}

/**
 * A host name that DNS can hold, or an address: RFC 1035, 2.3.4. `URL` alone also accepts a lone
 * dot.
 */
function isHostName(hostname: string): boolean {
  if (hostname.startsWith('[')) return true
  const labels = hostname.replace(/\.$/, '').split('.')
  return hostname.length <= 254 && labels.every(({ length }) => length >= 1 && length <= 63)
}

function problemOf(url: URL): EndpointProblem | null {
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'not-http'
  if (url.username !== '' || url.password !== '') return 'has-credentials'
  if (url.search !== '' || url.hash !== '') return 'has-query'
  if (url.pathname !== '/') return 'has-path'
  if (isMetadataHost(url.hostname)) return 'metadata-address'
  if (url.protocol === 'http:' && !isPrivateHost(url.hostname)) {
    return 'plain-http-outside-this-network'
  }
  return null
}

/**
 * Loopback, private and carrier-grade ranges, and IPv6's link-local one: RFC 1122, 1918, 4193,
 * 4291, 6598. IPv4's link-local range is left out, because clouds have their metadata services
 * there.
 */
const PRIVATE_RANGES = new BlockList()
PRIVATE_RANGES.addSubnet('127.0.0.0', 8, 'ipv4')
PRIVATE_RANGES.addSubnet('10.0.0.0', 8, 'ipv4')
PRIVATE_RANGES.addSubnet('172.16.0.0', 12, 'ipv4')
PRIVATE_RANGES.addSubnet('192.168.0.0', 16, 'ipv4')
PRIVATE_RANGES.addSubnet('100.64.0.0', 10, 'ipv4')
PRIVATE_RANGES.addAddress('::1', 'ipv6')
PRIVATE_RANGES.addSubnet('fc00::', 7, 'ipv6')
PRIVATE_RANGES.addSubnet('fe80::', 10, 'ipv6')

/**
 * Names that public DNS does not assign: RFC 6761, 6762, 8375, ICANN's `internal`, and customary
 * ones.
 */
const PRIVATE_NAME = /(^|\.)(localhost|local|lan|internal|home\.arpa)$/

/**
 * True for hosts that can only be this computer or in its own network, judged without asking DNS.
 * @param hostname as `URL` gives it: lower case, IPv6 in brackets.
 */
export function isPrivateHost(hostname: string): boolean {
  const bare = hostname.replace(/^\[|\]$/g, '')
  const version = isIP(bare)
  if (version !== 0) return PRIVATE_RANGES.check(bare, version === 4 ? 'ipv4' : 'ipv6')
  // A single label is a name of the local network: no public host has one.
  return !bare.includes('.') || PRIVATE_NAME.test(bare)
}

type BucketAddress = Pick<StoredDestination, 'endpoint' | 'region' | 'bucket' | 'pathStyle'>

/** Every origin for which parts of these destinations are signed. */
export function originsOf(destinations: readonly BucketAddress[]): string[] {
  return [...new Set(destinations.flatMap(originOf))]
}

function originOf(destination: BucketAddress): string[] {
  try {
    return [bucketUrl(destination).origin]
  } catch {
    // Nothing can be signed for it, so the page need not reach it.
    return []
  }
}
