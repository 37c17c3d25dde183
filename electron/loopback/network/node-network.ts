import { once } from 'node:events'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { Worker } from 'node:worker_threads'
import type { Environment, Log, NodeNetwork, Route } from '../../core/ports.ts'
import { isLoopbackHost } from '../../lib/loopback-address.ts'
import {
  bypassOfEnvironment,
  NO_PROXY,
  type ProxySettings,
  proxiesOfEnvironment,
  routeBy,
} from './proxy-settings.ts'
import { readSystemProxy } from './system-proxy.ts'

/** A laptop changes networks, and the browser beside Ferry follows at once. */
const REFRESH_AFTER_MS = 30_000

export interface NodeNetworkDeps {
  readonly log: Log
  readonly environment: Environment
  readonly readSystem?: () => Promise<ProxySettings>
  readonly trustSystem?: NodeNetwork['trustSystem']
  /** Monotonic. */
  readonly nowMs?: () => number
}

/**
 * The way out for the host of a browser: the proxy that variables name, else the one that the
 * system's browsers use, and the authorities that the system trusts.
 */
export function nodeNetwork(deps: NodeNetworkDeps): NodeNetwork {
  const { log, environment } = deps
  const fromEnvironment = proxiesOfEnvironment(environment)
  const system = rereadSystem(deps)
  return {
    trustSystem: deps.trustSystem ?? systemAuthorities({ log }),
    routeTo: async (url): Promise<Route> => {
      // The bucket on this computer does not wait for the system.
      if (isLoopbackHost(url.hostname)) return routeBy(NO_PROXY, url)
      return routeBy(fromEnvironment ?? (await system()), url)
    },
  }
}

/** The system's settings, at most that old. `NO_PROXY` counts there, too. */
function rereadSystem(deps: NodeNetworkDeps): () => Promise<ProxySettings> {
  const { log, environment, nowMs = () => performance.now() } = deps
  const { readSystem = () => readSystemProxy(process.platform, environment) } = deps
  const bypass = bypassOfEnvironment(environment)
  let read: { readonly atMs: number; readonly settings: Promise<ProxySettings> } | null = null
  const readNow = async (): Promise<ProxySettings> => {
    try {
      const settings = await readSystem()
      return { ...settings, bypass: [...settings.bypass, ...bypass] }
    } catch (error) {
      // The error quotes the program's output, which can name a proxy with its password.
      const code = error instanceof Error && 'code' in error ? error.code : null
      log.warn({ code }, 'The proxy settings of the system could not be read')
      return NO_PROXY
    }
  }
  return () => {
    if (read === null || nowMs() - read.atMs >= REFRESH_AFTER_MS) {
      read = { atMs: nowMs(), settings: readNow() }
    }
    return read.settings
  }
}

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
