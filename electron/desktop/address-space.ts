import { BlockList, isIP } from 'node:net'

/** Where a host name or address leads; `unknown` is a name that has to be looked up first. */
export type AddressSpace = 'loopback' | 'private' | 'public' | 'unknown'

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8)
loopback.addAddress('::1', 'ipv6')

/** RFC 1918, RFC 6598 (shared), RFC 3927 and RFC 4193/4291, as Chromium's local network access has it. */
const privateNetworks = new BlockList()
privateNetworks.addSubnet('10.0.0.0', 8)
privateNetworks.addSubnet('172.16.0.0', 12)
privateNetworks.addSubnet('192.168.0.0', 16)
privateNetworks.addSubnet('100.64.0.0', 10)
privateNetworks.addSubnet('169.254.0.0', 16)
privateNetworks.addSubnet('fc00::', 7, 'ipv6')
privateNetworks.addSubnet('fe80::', 10, 'ipv6')

/** `hostname` as in a URL: an IPv6 address may stand in brackets. */
export function addressSpaceOf(hostname: string): AddressSpace {
  const host = hostname.replace(/^\[(.*)\]$/, '$1').toLowerCase()
  const version = isIP(host)
  if (version !== 0) {
    const family = version === 6 ? 'ipv6' : 'ipv4'
    if (loopback.check(host, family)) return 'loopback'
    return privateNetworks.check(host, family) ? 'private' : 'public'
  }
  if (host === 'localhost' || host.endsWith('.localhost')) return 'loopback'
  // RFC 6762 (.local) and RFC 8375 (home.arpa) never lead outside.
  if (host.endsWith('.local') || host.endsWith('.home.arpa')) return 'private'
  return 'unknown'
}

export function isLocal(space: AddressSpace): boolean {
  return space === 'loopback' || space === 'private'
}
