import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import type { Failure } from '../../contract/failure/kinds.ts'
import { isMetadataHost, MetadataHost, refuseMetadata } from '../s3/http/metadata-hosts.ts'

/**
 * Asks the system's resolver, as every request will, so that a hosts file and a VPN count. Null for
 * a name that is known; addresses and this computer's own name need no asking. Fails with
 * `host-refused` for a cloud's metadata service.
 */
export async function resolveHost(hostname: string, signal: AbortSignal): Promise<Failure | null> {
  const bare = hostname.replace(/^\[|\]$/g, '')
  if (isMetadataHost(hostname)) return { kind: 'host-refused', host: bare }
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
    await refuseMetadata(host)
    await lookup(host)
    return null
  } catch (error) {
    if (error instanceof MetadataHost) return { kind: 'host-refused', host }
    // Whatever the resolver's reason, nobody here can find the host.
    return { kind: 'host-not-found', host }
  }
}
