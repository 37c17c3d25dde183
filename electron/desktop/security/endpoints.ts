import { isIP } from 'node:net'
import { isPrivateHost } from '../../core/destinations/endpoint.ts'

/**
 * The store origins that the page may currently reach, for the request guard, CORS and permissions.
 */
export interface Endpoints {
  /** Replaces all earlier origins. */
  readonly replace: (origins: readonly string[]) => void
  readonly includes: (url: string) => boolean
  /** Uses only what is known without a DNS lookup. */
  readonly hasLocal: () => boolean
  /** Resolves the names again: a company's store may be public at home and private at work. */
  readonly findLocal: () => Promise<boolean>
}

/** Resolves a host name to addresses; rejects when there are none. */
export type HostLookup = (hostname: string) => Promise<readonly string[]>

export function trackEndpoints(lookUp: HostLookup): Endpoints {
  let origins = new Set<string>()
  let localNames = new Set<string>()

  const hostnames = () => [...origins].map((origin) => new URL(origin).hostname)
  const isKnownLocal = (hostname: string) => isPrivateHost(hostname) || localNames.has(hostname)

  return {
    replace: (next) => {
      origins = new Set(next.map(originOf).filter((origin) => origin !== null))
      const kept = new Set(hostnames())
      localNames = new Set([...localNames].filter((name) => kept.has(name)))
    },
    includes: (url) => {
      const origin = originOf(url)
      return origin !== null && origins.has(origin)
    },
    hasLocal: () => hostnames().some(isKnownLocal),
    findLocal: async () => {
      const names = hostnames().filter((name) => !isPrivateHost(name) && !isAddress(name))
      const answers = await Promise.all(names.map((name) => leadsToLocal(name, lookUp)))
      const found = new Set(names.filter((_name, index) => answers[index]))
      localNames = new Set(hostnames().filter((name) => found.has(name)))
      return hostnames().some(isKnownLocal)
    },
  }
}

async function leadsToLocal(hostname: string, lookUp: HostLookup): Promise<boolean> {
  try {
    const addresses = await lookUp(hostname)
    return addresses.some(isPrivateHost)
  } catch {
    // A name without addresses does not lead into a private network.
    return false
  }
}

/** Addresses need no lookup; in a URL, an IPv6 address has brackets. */
function isAddress(hostname: string): boolean {
  return hostname.startsWith('[') || isIP(hostname) !== 0
}

/** Null for anything but HTTP: the origin of `new URL('app://x')` cannot be compared. */
function originOf(url: string): string | null {
  const parsed = URL.parse(url)
  if (parsed === null) return null
  return parsed.protocol === 'https:' || parsed.protocol === 'http:' ? parsed.origin : null
}
