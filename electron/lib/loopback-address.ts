/**
 * True for this computer and no other: RFC 1122, 4291 and 6761.
 * @param hostname as `URL` gives it: lower case, IPv6 in brackets.
 */
export function isLoopbackHost(hostname: string): boolean {
  return /^(127(\.\d{1,3}){3}|\[::1\]|([a-z0-9-]{1,63}\.)?localhost)$/.test(hostname)
}

/** True for an address whose traffic others in the same network can read. */
export function isUnencryptedEndpoint(endpoint: string): boolean {
  const host = /^http:\/\/(\[[0-9a-f:.]+\]|[^/?#:@\s]+)/i.exec(endpoint.trim().slice(0, 2000))?.[1]
  return host !== undefined && !isLoopbackHost(host.toLowerCase())
}
