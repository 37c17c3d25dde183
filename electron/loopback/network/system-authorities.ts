import { once } from 'node:events'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { Worker } from 'node:worker_threads'
import type { Log, NodeNetwork } from '../../core/ports.ts'

export interface AuthoritiesDeps {
  readonly log: Pick<Log, 'info' | 'warn'>
  /** PEM, one certificate each. */
  readonly list?: () => Promise<readonly string[]>
}

/**
 * Node trusts a list of its own. People who run a store behind an authority of their own have told
 * their system, and expect that to be enough. The system is asked when a certificate is refused, and
 * not before: most stores have one that Node knows. With `--use-system-ca` Node's own list holds the
 * system's already, and asking once more changes nothing.
 *
 * @returns `NodeNetwork`'s `trustSystem`. Requests that fail together wait for one answer.
 */
export function systemAuthorities({
  log,
  list = listInWorker,
}: AuthoritiesDeps): NodeNetwork['trustSystem'] {
  let trustedAtMs: number | null = null
  let loading: Promise<boolean> | null = null
  const load = async (): Promise<boolean> => {
    try {
      const listed = await list()
      // `NODE_EXTRA_CA_CERTS` is among the default ones. Connections begun from now on use the list,
      // also those of agents that exist.
      setDefaultCACertificates([...getCACertificates('default'), ...listed])
      trustedAtMs = performance.now()
      log.info({ count: listed.length }, 'The authorities of the system are trusted, too')
      return true
    } catch (error) {
      log.warn({ error }, 'The authorities of the system could not be listed')
      // The next certificate that is refused asks again.
      loading = null
      return false
    }
  }
  return async (sinceMs) => {
    if (trustedAtMs !== null) return sinceMs < trustedAtMs
    loading ??= load()
    return loading
  }
}

async function listInWorker(): Promise<readonly string[]> {
  // The preloads of this process are nothing to a worker that lists certificates.
  const worker = new Worker(new URL('./list-authorities.ts', import.meta.url), { execArgv: [] })
  // Ferry does not stay for the answer when it is told to end.
  worker.unref()
  const [listed] = await once(worker, 'message')
  return listed
}
