import { isIP } from 'node:net'
import { isPrivateHost } from '../../core/destinations/private-host.ts'

/** The store origins that the page may reach right now. The wall, CORS and permissions ask here. */
export interface Endpoints {
  /** Takes the place of all earlier ones. */
  readonly replace: (origins: readonly string[]) => void
  readonly includes: (url: string) => boolean
  /** As far as it is known without a look-up. */
  readonly hasLocal: () => boolean
  /** Looks names up again: a company's store may be public at home and private at work. */
  readonly findLocal: () => Promise<boolean>
}

/** Answers the addresses of a host name; rejects when there are none. */
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
    // A name that leads nowhere leads to no private network either.
    return false
  }
}

/** An address needs no look-up; in a URL, an IPv6 one stands in brackets. */
function isAddress(hostname: string): boolean {
  return hostname.startsWith('[') || isIP(hostname) !== 0
}

/** Null for anything that is not HTTP: `new URL('app://x').origin` is not comparable. */
function originOf(url: string): string | null {
  const parsed = URL.parse(url)
  if (parsed === null) return null
  return parsed.protocol === 'https:' || parsed.protocol === 'http:' ? parsed.origin : null
}
