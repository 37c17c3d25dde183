import { once } from 'node:events'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { Worker } from 'node:worker_threads'
import type { Environment, Log } from '../../core/ports.ts'
import type { NodeNetwork, Route } from '../../core/s3/http/network-ports.ts'
import { isLoopbackHost } from '../../lib/loopback-address.ts'
import {
  bypassOfEnvironment,
  NO_PROXY,
  type ProxySettings,
  proxiesOfEnvironment,
  routeBy,
} from './proxy-settings.ts'
import { readSystemProxy } from './system-proxy.ts'

/** A laptop may change networks, and the browser follows at once. */
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
 * The browser host's network: the proxy from environment variables, otherwise the one that the
 * system's browsers use, and the authorities that the system trusts.
 */
export function nodeNetwork(deps: NodeNetworkDeps): NodeNetwork {
  const { log, environment } = deps
  const fromEnvironment = proxiesOfEnvironment(environment)
  const system = rereadSystem(deps)
  return {
    trustSystem: deps.trustSystem ?? systemAuthorities({ log }),
    routeTo: async (url): Promise<Route> => {
      // The bucket on this computer needs no system settings.
      if (isLoopbackHost(url.hostname)) return routeBy(NO_PROXY, url)
      return routeBy(fromEnvironment ?? (await system()), url)
    },
  }
}

/**
 * The system's settings, read again after `REFRESH_AFTER_MS`. `NO_PROXY` applies to them as well.
 */
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
      // The message quotes the program's output, which may contain a proxy's password.
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
  /** One PEM certificate per entry. */
  readonly list?: () => Promise<readonly string[]>
}

/**
 * Adds the authorities that the system trusts. Node has its own list, but users whose store has a
 * certificate of a private authority have installed that authority in their system and expect it to
 * be enough. The system is only asked when a certificate is refused, because most stores have one
 * that Node knows. With `--use-system-ca`, Node's list contains the system's already, and asking
 * again changes nothing.
 *
 * @returns `NodeNetwork`'s `trustSystem`. Requests that fail together wait for one result.
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
      // The default certificates include `NODE_EXTRA_CA_CERTS`. New connections use the list, also
      // those of existing agents.
      setDefaultCACertificates([...getCACertificates('default'), ...listed])
      trustedAtMs = performance.now()
      log.info({ count: listed.length }, 'The authorities of the system are trusted, too')
      return true
    } catch (error) {
      log.warn({ error }, 'The authorities of the system could not be listed')
      // The next refused certificate tries again.
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
  // The worker does not need this process's preloaded modules.
  const worker = new Worker(new URL('./list-authorities.ts', import.meta.url), { execArgv: [] })
  // Ferry can end without waiting for the worker.
  worker.unref()
  const [listed] = await once(worker, 'message')
  return listed
}
