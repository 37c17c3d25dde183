import { connect as connectTcp, isIP, type Socket } from 'node:net'
import { connect as connectTls, type PeerCertificate, type TLSSocket } from 'node:tls'
import type { CheckFinding } from '../../contract/commands/checks.ts'
import type { Failure } from '../../contract/failure/kinds.ts'
import { failed, type Outcome, succeeded } from '../../contract/outcome.ts'
import { visibleText } from '../../contract/plain-text.ts'
import { guardedLookup } from '../s3/http/metadata-hosts.ts'
import type { NodeNetwork } from '../s3/http/network-ports.ts'
import { isUnknownAuthority } from '../s3/http/node-http.ts'
import { failureFromError } from '../s3/request-failure.ts'

const CONNECT_MS = 8000
const MAX_REASON = 300
const MAX_NAME = 200

type TlsFinding = Extract<CheckFinding, { readonly kind: 'tls' }>

/**
 * Opens a TLS connection as a request would, and answers who issued the server's certificate. A
 * certificate that this computer does not trust fails with OpenSSL's code and its issuer's name;
 * `network` knows whom the system trusts besides Node.
 */
export async function probeTls(
  url: URL,
  signal: AbortSignal,
  network?: NodeNetwork,
): Promise<Outcome<TlsFinding>> {
  const sinceMs = performance.now()
  const first = await probeOnce(url, signal)
  if (first.ok || first.failure.kind !== 'tls-failed') return first
  const [code] = first.failure.reason.split(' ')
  const isWorthAnother = isUnknownAuthority(code) && (await network?.trustSystem(sinceMs)) === true
  return isWorthAnother ? probeOnce(url, signal) : first
}

function probeOnce(url: URL, signal: AbortSignal): Promise<Outcome<TlsFinding>> {
  const isPlain = url.protocol === 'http:'
  const socket = isPlain ? connectTcp(tcpOf(url, '80')) : connectTls(tlsOf(url))
  const { promise, resolve } = Promise.withResolvers<Outcome<TlsFinding>>()
  const give = (failure: Failure) => resolve(failed(failure))
  const onAbort = () => give({ kind: 'aborted' })
  signal.addEventListener('abort', onAbort, { once: true })
  socket.setTimeout(CONNECT_MS, () => give({ kind: 'host-unreachable', host: url.host }))
  socket.on('error', (error) => give(connectionFailure(error, url)))
  socket.on('close', () => give({ kind: 'no-response' }))
  socket.on(isPlain ? 'connect' : 'secureConnect', () => resolve(connectionFinding(socket, url)))
  return promise.finally(() => {
    signal.removeEventListener('abort', onAbort)
    socket.destroy()
  })
}

function tcpOf(url: URL, usualPort: string) {
  const host = url.hostname.replace(/^\[|\]$/g, '')
  return { host, port: Number(url.port || usualPort), lookup: guardedLookup }
}

function tlsOf(url: URL) {
  const tcp = tcpOf(url, '443')
  // RFC 6066 does not allow an address as a server name. Trust is judged below, where the issuer is
  // known.
  const servername = isIP(tcp.host) === 0 ? { servername: tcp.host } : {}
  return { ...tcp, ...servername, rejectUnauthorized: false }
}

function connectionFinding(socket: Socket | TLSSocket, url: URL): Outcome<TlsFinding> {
  if (!('authorized' in socket)) {
    return succeeded({ kind: 'tls', protocol: 'http', issuer: null })
  }
  const issuer = issuerOf(socket.getPeerCertificate())
  if (!socket.authorized) {
    const by = issuer === null ? '' : ` (issuer: ${issuer})`
    const reason = `${codeOf(socket.authorizationError)}${by}`.slice(0, MAX_REASON)
    return failed({ kind: 'tls-failed', host: url.host, reason })
  }
  return succeeded({ kind: 'tls', protocol: socket.getProtocol() ?? 'TLS', issuer })
}

/** Node's types say `Error`, but Node itself gives the code. */
function codeOf(problem: unknown): string {
  if (problem instanceof Error) return 'code' in problem ? String(problem.code) : problem.message
  return String(problem)
}

function issuerOf({ issuer }: PeerCertificate): string | null {
  const name = issuer?.O ?? issuer?.CN ?? null
  const text = Array.isArray(name) ? name.join(', ') : name
  // The certificate's author chose this text, so it is cleaned.
  return text === null ? null : visibleText(text, MAX_NAME)
}

function connectionFailure(error: Error, url: URL): Failure {
  return failureFromError(error, { endpoint: url.origin, bucket: '' }, Date.now())
}
