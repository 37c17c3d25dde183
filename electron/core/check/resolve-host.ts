import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import type { Failure } from '../../contract/failure.ts'

/**
 * Asks the system's resolver, as every request will, so that a hosts file and a VPN count. Null for
 * a name that is known; addresses and this computer's own name need no asking.
 */
export async function resolveHost(hostname: string, signal: AbortSignal): Promise<Failure | null> {
  const bare = hostname.replace(/^\[|\]$/g, '')
  if (isIP(bare) !== 0 || /(^|\.)localhost$/.test(bare)) return null
  const { promise: gaveUp, resolve: giveUp } = Promise.withResolvers<Failure>()
  const onAbort = () => giveUp({ kind: 'not-now' })
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    return await Promise.race([addressOf(bare), gaveUp])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}

async function addressOf(host: string): Promise<Failure | null> {
  try {
    await lookup(host)
    return null
  } catch {
    // Whatever the resolver's reason, nobody here can find the host.
    return { kind: 'host-not-found', host }
  }
}
