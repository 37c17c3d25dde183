import { isIP } from 'node:net'
import type { Destination } from '../../contract/commands/destinations.ts'

/**
 * Whether the bucket stands in the path. No name can stand before an address, whatever the setting
 * says, and the SDK throws at some that do.
 */
export function usesPathStyle({
  endpoint,
  pathStyle,
}: Pick<Destination, 'endpoint' | 'pathStyle'>): boolean {
  const host = URL.parse(endpoint)?.hostname.replace(/^\[|\]$/g, '') ?? ''
  return pathStyle || isIP(host) !== 0
}
