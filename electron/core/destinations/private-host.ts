import { BlockList, isIP } from 'node:net'

/**
 * Loopback, private and carrier-grade ranges, and IPv6's link-local one: RFC 1122, 1918, 4193, 4291,
 * 6598. IPv4's link-local one is where clouds have their metadata services.
 */
const PRIVATE = new BlockList()
PRIVATE.addSubnet('127.0.0.0', 8, 'ipv4')
PRIVATE.addSubnet('10.0.0.0', 8, 'ipv4')
PRIVATE.addSubnet('172.16.0.0', 12, 'ipv4')
PRIVATE.addSubnet('192.168.0.0', 16, 'ipv4')
PRIVATE.addSubnet('100.64.0.0', 10, 'ipv4')
PRIVATE.addAddress('::1', 'ipv6')
PRIVATE.addSubnet('fc00::', 7, 'ipv6')
PRIVATE.addSubnet('fe80::', 10, 'ipv6')

/** Names that public DNS does not give out: RFC 6761, 6762, 8375, ICANN's `internal`, and habit. */
const PRIVATE_NAME = /(^|\.)(localhost|local|lan|internal|home\.arpa)$/

/**
 * True for hosts that only this computer or its own network can mean, judged without asking DNS.
 * @param hostname as `URL` gives it: lower case, IPv6 in brackets.
 */
export function isPrivateHost(hostname: string): boolean {
  const bare = hostname.replace(/^\[|\]$/g, '')
  const version = isIP(bare)
  if (version !== 0) return PRIVATE.check(bare, version === 4 ? 'ipv4' : 'ipv6')
  // A single label is a name of the local network: no public host has one.
  return !bare.includes('.') || PRIVATE_NAME.test(bare)
}
