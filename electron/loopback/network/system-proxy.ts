import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Environment } from '../../core/ports.ts'
import { NO_PROXY, type ProxySettings } from './proxy-settings.ts'

/** Runs a system program and resolves to its output. */
export type Run = (program: string, args: readonly string[]) => Promise<string>

/** All three programs respond within a tenth of this. */
const ANSWER_WITHIN_MS = 5000
const INTERNET_SETTINGS = String.raw`HKCU\Software\Microsoft\Windows\CurrentVersion\Internet Settings`
/**
 * Chromium reads GNOME's settings on these desktops:
 * net/proxy_resolution/proxy_config_service_linux.cc
 */
const LIKE_GNOME = /GNOME|Unity|Cinnamon|Pantheon|Budgie|MATE|Deepin|UKUI/i

/**
 * The proxy that the system's browsers use.
 *
 * @throws when the system does not tell.
 */
export async function readSystemProxy(
  platform: NodeJS.Platform,
  environment: Environment,
  run: Run = runProgram,
): Promise<ProxySettings> {
  switch (platform) {
    case 'darwin':
      return parseScutil(await run('/usr/sbin/scutil', ['--proxy']))
    case 'win32': {
      // Uses the full path, because Windows searches the working directory first.
      const reg = join(environment.SystemRoot || String.raw`C:\Windows`, 'System32', 'reg.exe')
      return parseRegistry(await run(reg, ['query', INTERNET_SETTINGS]))
    }
    default:
      return LIKE_GNOME.test(environment.XDG_CURRENT_DESKTOP ?? '')
        ? parseGsettings(await run('gsettings', ['list-recursively', 'org.gnome.system.proxy']))
        : NO_PROXY
  }
}

async function runProgram(program: string, args: readonly string[]): Promise<string> {
  const options = { timeout: ANSWER_WITHIN_MS, windowsHide: true }
  const { stdout } = await promisify(execFile)(program, args, options)
  return stdout
}

/** Parses `scutil --proxy`; the keys are kSCPropNetProxies… in SCSchemaDefinitions.h. */
export function parseScutil(text: string): ProxySettings {
  const values = new Map<string, string>()
  const bypass: string[] = []
  // `__SCOPED__` repeats everything for each interface, one level deeper.
  const path: string[] = []
  for (const line of text.split('\n')) {
    const [, key = '', value = ''] = /^\s*(\S+) : (.*?)\s*$/.exec(line) ?? []
    if (line.trimEnd().endsWith('{')) path.push(key)
    else if (line.trim() === '}') path.pop()
    else if (path.length === 1) values.set(key, value)
    else if (path.length === 2 && path[1] === 'ExceptionsList') bypass.push(value)
  }
  const isOn = (key: string) => values.get(key) === '1'
  const proxy = (scheme: 'HTTP' | 'HTTPS') =>
    isOn(`${scheme}Enable`)
      ? named(values.get(`${scheme}Proxy`), values.get(`${scheme}Port`), 'macOS')
      : null
  const hasScript = isOn('ProxyAutoConfigEnable') || isOn('ProxyAutoDiscoveryEnable')
  return {
    http: proxy('HTTP'),
    https: proxy('HTTPS'),
    bypass: isOn('ExcludeSimpleHostnames') ? [...bypass, '<local>'] : bypass,
    coversSubdomains: false,
    besides: hasScript ? 'script' : isOn('SOCKSEnable') ? 'socks' : null,
  }
}

/**
 * Parses `reg query` of WinINET's settings. `ProxyServer` is one proxy for all schemes, or one per
 * scheme: `http=host:port;https=host:port`.
 */
export function parseRegistry(text: string): ProxySettings {
  const values = new Map<string, string>()
  for (const line of text.split(/\r?\n/)) {
    const [, name, value = ''] = /^ {4}(.+?) {4}REG_\w+(?: {4}(.*))?$/.exec(line) ?? []
    if (name !== undefined) values.set(name, value.trim())
  }
  const isOn = Number(values.get('ProxyEnable')) === 1
  const server = isOn ? (values.get('ProxyServer') ?? '') : ''
  const bySchemes = new Map(
    server.split(/[;\s]+/).map((each): [string, string] => {
      const [scheme = '', address = ''] = each.split(/=(.*)/)
      return [scheme.toLowerCase(), address]
    }),
  )
  const proxy = (scheme: 'http' | 'https') =>
    named(server.includes('=') ? bySchemes.get(scheme) : server, undefined, 'Windows')
  const hasScript = (values.get('AutoConfigURL') ?? '') !== ''
  return {
    http: proxy('http'),
    https: proxy('https'),
    bypass: (values.get('ProxyOverride') ?? '').split(/[;,\s]+/).filter(Boolean),
    coversSubdomains: false,
    besides: hasScript ? 'script' : bySchemes.has('socks') ? 'socks' : null,
  }
}

/** Parses `gsettings list-recursively`: one line per key, with values in GVariant's text format. */
export function parseGsettings(text: string): ProxySettings {
  const values = new Map<string, string>()
  for (const line of text.split('\n')) {
    const [, schema, key, value] = /^org\.gnome\.system\.proxy(\S*) (\S+) (.*)$/.exec(line) ?? []
    if (value !== undefined) values.set(`${schema}.${key}`, value.replace(/^'(.*)'$/, '$1'))
  }
  const mode = values.get('.mode')
  if (mode === 'auto') return { ...NO_PROXY, besides: 'script' }
  if (mode !== 'manual') return NO_PROXY
  const proxy = (scheme: string) =>
    named(values.get(`.${scheme}.host`), values.get(`.${scheme}.port`), 'GNOME')
  const bypass = values.get('.ignore-hosts') ?? ''
  return {
    http: proxy('http'),
    https: proxy('https'),
    bypass: [...bypass.matchAll(/'([^']*)'/g)].map(([, host = '']) => host),
    coversSubdomains: true,
    besides: proxy('socks') === null ? null : 'socks',
  }
}

function named(host: string | undefined, port: string | undefined, setting: string) {
  if (!host) return null
  // Literal IPv6 addresses have no brackets there.
  const name = host.includes(':') && port !== undefined ? `[${host}]` : host
  return { address: port === undefined || port === '0' ? host : `${name}:${port}`, setting }
}
