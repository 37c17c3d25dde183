import { BlockList, isIP } from 'node:net'
import type { Environment } from '../../core/ports.ts'
import type { Route } from '../../core/s3/http/network-ports.ts'
import { isLoopbackHost } from '../../lib/loopback-address.ts'

/** Proxy settings, from environment variables or from the system. */
export interface ProxySettings {
  readonly http: NamedProxy | null
  readonly https: NamedProxy | null
  /** Hosts that are reached without a proxy, in the source's own notation. */
  readonly bypass: readonly string[]
  /** Whether `example.org` in `bypass` also matches its subdomains. */
  readonly coversSubdomains: boolean
  /** A setting that only browsers support and that applies when no proxy is named. */
  readonly besides: 'script' | 'socks' | null
}

interface NamedProxy {
  /** A URL, or `host:port`. */
  readonly address: string
  /** Where the proxy is configured, for the user. */
  readonly setting: string
}

export const NO_PROXY: ProxySettings = {
  ...{ http: null, https: null, bypass: [], coversSubdomains: true, besides: null },
}

/** Reads them as curl and most programs do: lower case first, and `ALL_PROXY` for both schemes. */
export function proxiesOfEnvironment(environment: Environment): ProxySettings | null {
  const first = (...names: readonly string[]): NamedProxy | null => {
    const setting = names.find((name) => environment[name])
    return setting === undefined ? null : { address: environment[setting] ?? '', setting }
  }
  const all = ['all_proxy', 'ALL_PROXY']
  const http = first('http_proxy', 'HTTP_PROXY', ...all)
  const https = first('https_proxy', 'HTTPS_PROXY', ...all)
  if (http === null && https === null) return null
  return { ...NO_PROXY, http, https, bypass: bypassOfEnvironment(environment) }
}

export function bypassOfEnvironment(environment: Environment): string[] {
  return (environment.no_proxy || environment.NO_PROXY || '').split(/[\s,]+/).filter(Boolean)
}

/** This computer is never reached through a proxy; browsers do the same. */
export function routeBy(settings: ProxySettings, url: URL): Route {
  const named = url.protocol === 'https:' ? settings.https : settings.http
  if (isLoopbackHost(url.hostname) || isBypassed(settings, url)) {
    return { kind: 'direct', besides: null }
  }
  if (named === null) return { kind: 'direct', besides: settings.besides }
  const proxy = proxyUrl(named.address)
  return proxy === null
    ? { kind: 'unusable', setting: named.setting }
    : { kind: 'proxy', url: proxy }
}

/** Null for a missing address and for SOCKS proxies, which Node cannot use. */
function proxyUrl(address: string): string | null {
  const url = URL.parse(/^[a-z][a-z0-9+.-]*:\/\//i.test(address) ? address : `http://${address}`)
  if (url === null || !/^https?:$/.test(url.protocol) || url.hostname === '') return null
  // Node decodes both and throws for a lone percent sign, which passwords may contain.
  url.username = encodeURIComponent(decoded(url.username))
  url.password = encodeURIComponent(decoded(url.password))
  return url.origin === 'null' ? null : url.href
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll(/%(?![0-9a-f]{2})/gi, '%25'))
  } catch {
    return text
  }
}

function isBypassed({ bypass, coversSubdomains }: ProxySettings, url: URL): boolean {
  const host = url.hostname.replace(/^\[|\]$/g, '').toLowerCase()
  const port = url.port || (url.protocol === 'https:' ? '443' : '80')
  return bypass.some((entry) => matches(entry.trim().toLowerCase(), host, port, coversSubdomains))
}

function matches(entry: string, host: string, port: string, coversSubdomains: boolean): boolean {
  const version = isIP(host)
  // Names without a dot: learn.microsoft.com/windows/win32/winhttp/winhttp-proxy-info
  if (entry === '<local>') return version === 0 && !host.includes('.')
  const subnet = subnetOf(entry)
  if (subnet !== null) return version !== 0 && subnet.check(host, version === 6 ? 'ipv6' : 'ipv4')
  if (isIP(entry) === 6) return entry === host
  const [, name = '', onPort = port] = /^\[?(.+?)\]?(?::(\d+))?$/.exec(entry) ?? []
  if (name === '' || onPort !== port) return false
  if (name.includes('*')) return globOf(name).test(host)
  if (name.startsWith('.')) return host === name.slice(1) || host.endsWith(name)
  return host === name || (coversSubdomains && version === 0 && host.endsWith(`.${name}`))
}

/** Parses `10.0.0.0/8` and macOS's shorter `169.254/16`. */
function subnetOf(entry: string): BlockList | null {
  const [, address = '', bits = ''] = /^([0-9a-f:.]+)\/(\d{1,3})$/.exec(entry) ?? []
  if (address === '') return null
  const isShort = !address.includes(':')
  const whole = isShort ? [...address.split('.'), '0', '0', '0'].slice(0, 4).join('.') : address
  const version = isIP(whole)
  if (version === 0 || Number(bits) > (version === 6 ? 128 : 32)) return null
  const list = new BlockList()
  list.addSubnet(whole, Number(bits), version === 6 ? 'ipv6' : 'ipv4')
  return list
}

function globOf(pattern: string): RegExp {
  const escaped = pattern.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`)
  return new RegExp(`^${escaped.replaceAll('*', '.*')}$`)
}
