import { describe, expect, it } from 'vitest'
import { Failure } from '../../../../electron/contract/failure/kinds.ts'
import { CHROMIUM_NET_ERRORS } from '../../../../electron/core/s3/http/chromium-net-errors.ts'
import { networkFailure } from '../../../../electron/core/s3/http/network-failure.ts'
import { failureFromError } from '../../../../electron/core/s3/request-failure.ts'
import { recoveryFrom } from '../../../../renderer/engine/retry-policy.ts'

const HOST = 'nas.local:9000'
const HTTPS = { host: HOST, scheme: 'https' } as const
const HTTP = { host: HOST, scheme: 'http' } as const
const NAMES = Object.keys(CHROMIUM_NET_ERRORS)

const chromium = (name: string, target: typeof HTTPS | typeof HTTP = HTTPS) =>
  networkFailure(new Error(`net::${name}`), target)
const node = (code: string, extra: object = {}, target: typeof HTTPS | typeof HTTP = HTTPS) =>
  networkFailure(Object.assign(new Error('x'), { code, ...extra }), target)

/** These wait for the user; all others are retried without the user. */
const NEEDS_THE_USER: ReadonlySet<Failure['kind']> = new Set(['redirected', 'proxy-auth-needed'])
const IS_FOR_THE_USER = /UNSAFE_PORT|CLIENT_AUTH|NO_PRIVATE_KEY/

describe("Chromium's network errors", () => {
  it('are all listed, 249 in Chromium 156', () => {
    expect(NAMES).toHaveLength(249)
  })

  it.each(NAMES)('%s is an expected failure, and not a bug in Ferry', (name) => {
    const failure = Failure.parse(chromium(name))

    expect(failure.kind).not.toBe('internal')
    expect(failureFromError(new Error(`net::${name}`), ASKED, 0)).toEqual(failure)
  })

  it.each(NAMES)('%s is retried automatically, unless the user has to act', (name) => {
    const failure = chromium(name) as Failure
    const recovery = recoveryFrom(failure, { failures: 1, tries: 1, startOvers: 0 }, 0.5)

    const isFinal = NEEDS_THE_USER.has(failure.kind) || IS_FOR_THE_USER.test(name)
    expect(['wait', 'retry', 'ask-and-retry'].includes(recovery.kind)).toBe(!isFinal)
  })

  it('that are not listed yet count as no answer', () => {
    expect(chromium('ERR_OF_NEXT_YEAR')).toEqual({ kind: 'no-response' })
    expect(chromium('ERR_CERT_OF_NEXT_YEAR')).toEqual({ kind: 'no-response' })
  })

  it.each(['ERR_NETWORK_IO_SUSPENDED', 'ERR_NETWORK_CHANGED', 'ERR_TIMED_OUT'])(
    'for sleep and time-outs are stalls: %s',
    (name) => {
      expect(chromium(name)).toEqual({ kind: 'stalled' })
    },
  )

  it.each(NAMES.filter((name) => /HTTP2_|QUIC_|EMPTY_RES|MISMATCH|FAILED$/.test(name)))(
    'for a broken connection never end an upload: %s',
    (name) => {
      const failure = chromium(name) as Failure
      const late = recoveryFrom(failure, { failures: 900, tries: 900, startOvers: 1 }, 0.5)

      expect(late.kind).not.toBe('give-up')
    },
  )

  it.each<readonly [string, Failure]>([
    ['ERR_NAME_NOT_RESOLVED', { kind: 'host-not-found', host: HOST }],
    ['ERR_DNS_TIMED_OUT', { kind: 'host-not-found', host: HOST }],
    ['ERR_CONNECTION_REFUSED', { kind: 'host-unreachable', host: HOST }],
    ['ERR_INTERNET_DISCONNECTED', { kind: 'offline' }],
    ['ERR_FAILED', { kind: 'no-response' }],
    ['ERR_HTTP2_PROTOCOL_ERROR', { kind: 'no-response' }],
    ['ERR_CONTENT_LENGTH_MISMATCH', { kind: 'no-response' }],
    ['ERR_CERT_AUTHORITY_INVALID', tls('ERR_CERT_AUTHORITY_INVALID')],
    ['ERR_BAD_SSL_CLIENT_AUTH_CERT', tls('ERR_BAD_SSL_CLIENT_AUTH_CERT')],
    ['ERR_SSL_PROTOCOL_ERROR', { kind: 'wrong-protocol', host: HOST, scheme: 'https' }],
    ['ERR_PROXY_CONNECTION_FAILED', proxy('unreachable', 'ERR_PROXY_CONNECTION_FAILED')],
    ['ERR_TUNNEL_CONNECTION_FAILED', proxy('refused', 'ERR_TUNNEL_CONNECTION_FAILED')],
    ['ERR_PROXY_CERTIFICATE_INVALID', proxy('untrusted', 'ERR_PROXY_CERTIFICATE_INVALID')],
    ['ERR_PROXY_AUTH_UNSUPPORTED', proxy('unsupported', 'ERR_PROXY_AUTH_UNSUPPORTED')],
    [
      'ERR_MANDATORY_PROXY_CONFIGURATION_FAILED',
      proxy('misconfigured', 'ERR_MANDATORY_PROXY_CONFIGURATION_FAILED'),
    ],
    ['ERR_PROXY_AUTH_REQUESTED', { kind: 'proxy-auth-needed' }],
    ['ERR_UNSAFE_PORT', blocked('port', 'ERR_UNSAFE_PORT')],
    ['ERR_BLOCKED_BY_CLIENT', blocked('program', 'ERR_BLOCKED_BY_CLIENT')],
    ['ERR_BLOCKED_BY_ADMINISTRATOR', blocked('administrator', 'ERR_BLOCKED_BY_ADMINISTRATOR')],
    ['ERR_NETWORK_ACCESS_DENIED', blocked('system', 'ERR_NETWORK_ACCESS_DENIED')],
  ])('name what the user can do: %s', (name, failure) => {
    expect(chromium(name)).toEqual(failure)
  })

  it('for an answer that is not HTTP mean a wrong protocol on the port, or behind TLS a bad answer', () => {
    expect(chromium('ERR_INVALID_HTTP_RESPONSE', HTTP)).toEqual({
      ...{ kind: 'wrong-protocol', host: HOST, scheme: 'http' },
    })
    expect(chromium('ERR_INVALID_HTTP_RESPONSE')).toEqual({
      ...{ kind: 'answer-unreadable', host: HOST },
    })
  })
})

describe("Node's network errors", () => {
  it.each([
    ['ENOTFOUND', 'host-not-found'],
    ['EAI_AGAIN', 'host-not-found'],
    ['EAI_OF_NEXT_YEAR', 'host-not-found'],
    ['ECONNREFUSED', 'host-unreachable'],
    ['ECONNRESET', 'no-response'],
    ['ENOTCONN', 'no-response'],
    ['EPROTONOSUPPORT', 'no-response'],
    ['ENOBUFS', 'no-response'],
    ['EMFILE', 'no-response'],
    ['ERR_HTTP2_STREAM_ERROR', 'no-response'],
    ['ERR_SOCKET_CLOSED', 'no-response'],
    ['UND_ERR_SOCKET', 'no-response'],
    ['EACCES', 'network-blocked'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'wrong-protocol'],
    ['ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE', 'tls-failed'],
    ['HPE_HEADER_OVERFLOW', 'answer-unreadable'],
  ])('count as no answer unless more is known: %s', (code, kind) => {
    expect(node(code)?.kind).toBe(kind)
  })

  it('leave errors about files and wrong calls as bugs', () => {
    expect(node('ENOSPC', { syscall: 'write' })).toBeNull()
    expect(node('EACCES', { syscall: 'open', path: '/home/ada/x' })).toBeNull()
    expect(node('ERR_INVALID_ARG_TYPE')).toBeNull()
    expect(node('ERR_HTTP_INVALID_HEADER_VALUE')).toBeNull()
    expect(networkFailure(new TypeError('a bug'), HTTPS)).toBeNull()
  })
})

const ASKED = { endpoint: `https://${HOST}`, bucket: 'photos' }

function tls(reason: string): Failure {
  return { kind: 'tls-failed', host: HOST, reason }
}

function proxy(
  reason: Extract<Failure, { kind: 'proxy-failed' }>['reason'],
  code: string,
): Failure {
  return { kind: 'proxy-failed', reason, code }
}

function blocked(by: Extract<Failure, { kind: 'network-blocked' }>['by'], code: string): Failure {
  return { kind: 'network-blocked', by, host: HOST, code }
}
