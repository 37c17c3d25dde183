import { type LookupAddress, type LookupAllOptions, lookup } from 'node:dns'
import { lookup as lookupAll } from 'node:dns/promises'
import { BlockList, isIP, type LookupFunction } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'

/**
 * Addresses at which clouds give a machine's own access keys to any program that asks, and which no
 * store has: docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html,
 * cloud.google.com/compute/docs/metadata, learn.microsoft.com/azure/virtual-network/
 * what-is-ip-address-168-63-129-16, alibabacloud.com/help/ecs/user-guide/view-instance-metadata.
 */
const METADATA = new BlockList()
METADATA.addSubnet('169.254.0.0', 16, 'ipv4')
METADATA.addAddress('100.100.100.200', 'ipv4')
METADATA.addAddress('168.63.129.16', 'ipv4')
METADATA.addAddress('192.0.0.192', 'ipv4')
METADATA.addSubnet('fd00:ec2::', 32, 'ipv6')
METADATA.addAddress('fd20:ce::254', 'ipv6')
/**
 * Forms in which IPv6 addresses embed the IPv4 ones: RFC 4291 section 2.5.5, 6052 and 6145 behind
 * 96 bits, RFC 3056 behind 16. `BlockList` itself knows the mapped ones, `::ffff:a.b.c.d`.
 */
const INSIDE_IPV6 = [
  ['::', 96],
  ['64:ff9b::', 96],
  ['::ffff:0:', 96],
  ['2002:', 16],
] as const
for (const [prefix, prefixBits] of INSIDE_IPV6) {
  for (const [address, bits] of [
    ['a9fe:0', 16],
    ['6464:64c8', 32],
    ['a83f:8110', 32],
    ['c000:c0', 32],
  ] as const) {
    const isFirst = prefixBits === 16
    METADATA.addSubnet(`${prefix}${address}${isFirst ? '::' : ''}`, prefixBits + bits, 'ipv6')
  }
}
const METADATA_NAME = /^(metadata|metadata\.google\.internal|instance-data(\.ec2\.internal)?)\.?$/

/** The name resolves to an address where a cloud machine gets its own access keys. */
export class MetadataHost extends Error {
  override readonly name = 'MetadataHost'
  readonly host: string

  constructor(host: string) {
    super('A metadata service answers there')
    this.host = host
  }
}

/** @param hostname as `URL` returns it, which writes every form of an IPv4 address with dots. */
export function isMetadataHost(hostname: string): boolean {
  const bare = hostname.replace(/^\[|\]$/g, '').toLowerCase()
  return isIP(bare) === 0 ? METADATA_NAME.test(bare) : isMetadataAddress(bare)
}

function isMetadataAddress(address: string): boolean {
  const bare = address.replace(/%.*$/, '')
  const version = isIP(bare)
  return version !== 0 && METADATA.check(bare, version === 4 ? 'ipv4' : 'ipv6')
}

/** For sockets: they connect to the very address that was checked. */
export const guardedLookup: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true } as LookupAllOptions, (error, found) => {
    if (error !== null) return callback(error, '', 4)
    const [first] = found
    if (first === undefined || found.some(({ address }) => isMetadataAddress(address))) {
      return callback(new MetadataHost(hostname), '', 4)
    }
    if (options.all === true) return callback(null, found)
    return callback(null, first.address, first.family)
  })
}

/**
 * For transports that resolve names themselves. A proxy may know a name that this computer does
 * not.
 * @throws MetadataHost
 */
export async function refuseMetadata(hostname: string): Promise<void> {
  if (isMetadataHost(hostname)) throw new MetadataHost(hostname)
  if (isIP(hostname.replace(/^\[|\]$/g, '')) !== 0) return
  const found = await lookupAll(hostname, { all: true }).catch((): LookupAddress[] => [])
  if (found.some(({ address }) => isMetadataAddress(address))) throw new MetadataHost(hostname)
}

/** A resolver that takes longer than this does not count against a name. */
const RESOLVE_MS = 3000

/** Whether an endpoint that is about to be saved leads to such an address now. */
export async function leadsToMetadata(endpoint: string): Promise<boolean> {
  const judged = refuseMetadata(new URL(endpoint).hostname).then(
    () => false,
    () => true,
  )
  return Promise.race([judged, delay(RESOLVE_MS, false, { ref: false })])
}
