import type { Environment, Log, NodeNetwork, Route } from '../../core/ports.ts'
import { isLoopbackHost } from '../../lib/loopback-address.ts'
import {
  bypassOfEnvironment,
  NO_PROXY,
  type ProxySettings,
  proxiesOfEnvironment,
  routeBy,
} from './proxy-settings.ts'
import { systemAuthorities } from './system-authorities.ts'
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
