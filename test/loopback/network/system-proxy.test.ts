import { describe, expect, it } from 'vitest'
import { NO_PROXY } from '../../../electron/loopback/network/proxy-settings.ts'
import {
  parseGsettings,
  parseRegistry,
  parseScutil,
  readSystemProxy,
} from '../../../electron/loopback/network/system-proxy.ts'

const at = (setting: string) => (address: string) => ({ address, setting })

describe('macOS', () => {
  const macOS = at('macOS')

  it('reads a proxy for each scheme, and hosts that need none', () => {
    const settings = parseScutil(`<dictionary> {
  ExceptionsList : <array> {
    0 : *.local
    1 : 169.254/16
  }
  ExcludeSimpleHostnames : 1
  FTPPassive : 1
  HTTPEnable : 1
  HTTPPort : 3128
  HTTPProxy : proxy.office.example
  HTTPSEnable : 1
  HTTPSPort : 3129
  HTTPSProxy : tls.office.example
  ProxyAutoDiscoveryEnable : 0
  SOCKSEnable : 0
  __SCOPED__ : <dictionary> {
    en0 : <dictionary> {
      ExceptionsList : <array> {
        0 : *.elsewhere
      }
      HTTPSEnable : 0
      HTTPSProxy : old.example
    }
  }
}
`)

    expect(settings).toEqual({
      http: macOS('proxy.office.example:3128'),
      https: macOS('tls.office.example:3129'),
      bypass: ['*.local', '169.254/16', '<local>'],
      coversSubdomains: false,
      besides: null,
    })
  })

  it('ignores the address of a disabled proxy', () => {
    const { https } = parseScutil('<dictionary> {\n  HTTPSEnable : 0\n  HTTPSProxy : p\n}\n')

    expect(https).toBeNull()
  })

  it.each([
    ['ProxyAutoConfigEnable : 1\n  ProxyAutoConfigURLString : http://wpad/proxy.pac', 'script'],
    ['ProxyAutoDiscoveryEnable : 1', 'script'],
    ['SOCKSEnable : 1\n  SOCKSPort : 1080\n  SOCKSProxy : 127.0.0.1', 'socks'],
    ['FTPPassive : 1', null],
  ])('besides: %j', (lines, besides) => {
    expect(parseScutil(`<dictionary> {\n  ${lines}\n}\n`).besides).toBe(besides)
  })

  it('has none', () => {
    expect(parseScutil('<dictionary> {\n}\n')).toMatchObject({
      http: null,
      https: null,
      bypass: [],
    })
  })
})

describe('Windows', () => {
  const windows = at('Windows')
  const query = (...lines: readonly string[]) =>
    [
      '',
      'HKEY_CURRENT_USER\\Software\\Microsoft\\Windows\\CurrentVersion\\Internet Settings',
      '    User Agent    REG_SZ    Mozilla/4.0 (compatible; MSIE 8.0; Win32)',
      '    CertificateRevocation    REG_DWORD    0x1',
      ...lines.map((line) => `    ${line}`),
      '',
      'HKEY_CURRENT_USER\\Software\\Microsoft\\Windows\\CurrentVersion\\Internet Settings\\5.0',
      '',
    ].join('\r\n')

  it('reads one proxy for all schemes, and hosts that need none', () => {
    const settings = parseRegistry(
      query(
        'ProxyEnable    REG_DWORD    0x1',
        'ProxyServer    REG_SZ    proxy.office.example:8080',
        'ProxyOverride    REG_SZ    localhost;127.*;10.*;*.office.example;<local>',
      ),
    )

    expect(settings).toEqual({
      http: windows('proxy.office.example:8080'),
      https: windows('proxy.office.example:8080'),
      bypass: ['localhost', '127.*', '10.*', '*.office.example', '<local>'],
      coversSubdomains: false,
      besides: null,
    })
  })

  it('reads one for each scheme', () => {
    const server = 'http=10.0.0.1:8080;https=http://10.0.0.2:8443;socks=10.0.0.3:1080'
    const settings = parseRegistry(
      query('ProxyEnable    REG_DWORD    0x1', `ProxyServer    REG_SZ    ${server}`),
    )

    expect(settings).toMatchObject({
      http: windows('10.0.0.1:8080'),
      https: windows('http://10.0.0.2:8443'),
      besides: 'socks',
    })
  })

  it.each([
    ['switched off', ['ProxyEnable    REG_DWORD    0x0', 'ProxyServer    REG_SZ    p:1'], null],
    ['never set', [], null],
    ['a script', ['AutoConfigURL    REG_SZ    http://wpad.office.example/wpad.dat'], 'script'],
    ['an empty script', ['AutoConfigURL    REG_SZ    '], null],
    ['SOCKS', ['ProxyEnable    REG_DWORD    0x1', 'ProxyServer    REG_SZ    socks=s:1'], 'socks'],
  ])('has no proxy for requests: %s', (_what, lines, besides) => {
    expect(parseRegistry(query(...lines))).toMatchObject({ http: null, https: null, besides })
  })
})

describe('GNOME', () => {
  const lines = (mode: string) => `org.gnome.system.proxy autoconfig-url ''
org.gnome.system.proxy ignore-hosts ['localhost', '127.0.0.0/8', '::1']
org.gnome.system.proxy mode '${mode}'
org.gnome.system.proxy use-same-proxy true
org.gnome.system.proxy.ftp host ''
org.gnome.system.proxy.ftp port 0
org.gnome.system.proxy.http authentication-password ''
org.gnome.system.proxy.http host 'proxy.office.example'
org.gnome.system.proxy.http port 3128
org.gnome.system.proxy.https host 'tls.office.example'
org.gnome.system.proxy.https port 3129
org.gnome.system.proxy.socks host ''
org.gnome.system.proxy.socks port 0
`

  it('reads a proxy for each scheme, and hosts that need none', () => {
    expect(parseGsettings(lines('manual'))).toEqual({
      http: { address: 'proxy.office.example:3128', setting: 'GNOME' },
      https: { address: 'tls.office.example:3129', setting: 'GNOME' },
      bypass: ['localhost', '127.0.0.0/8', '::1'],
      coversSubdomains: true,
      besides: null,
    })
  })

  it('has none, or a script', () => {
    expect(parseGsettings(lines('none'))).toEqual(NO_PROXY)
    expect(parseGsettings(lines('auto'))).toEqual({ ...NO_PROXY, besides: 'script' })
  })
})

describe('the system program', () => {
  it.each([
    ['darwin', {}, '/usr/sbin/scutil --proxy'],
    ['win32', { SystemRoot: 'D:/Windows' }, 'D:/Windows/System32/reg.exe query HKCU'],
    ['linux', { XDG_CURRENT_DESKTOP: 'ubuntu:GNOME' }, 'gsettings list-recursively'],
    ['linux', { XDG_CURRENT_DESKTOP: 'KDE' }, null],
    ['linux', {}, null],
  ] as const)('on %s is called with %j', async (platform, environment, started) => {
    const calls: string[] = []

    await readSystemProxy(platform, environment, async (program, args) => {
      calls.push([program.replaceAll('\\', '/'), ...args].join(' '))
      return ''
    })

    expect(calls).toEqual(started === null ? [] : [expect.stringContaining(started)])
  })
})
