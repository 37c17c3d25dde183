import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import type { Failure } from '../../../contract/failure/kinds.ts'
import { failed, type Outcome, succeeded } from '../../../contract/outcome.ts'
import type { Store } from '../../destinations/open-store.ts'
import type { CorePorts } from '../../ports.ts'
import { bucketUrl } from '../../s3/bucket-url.ts'
import { isMetadataHost, MetadataHost, refuseMetadata } from '../../s3/http/metadata-hosts.ts'
import { goesDirectly } from '../../s3/http/node-http.ts'
import { isStoreAnswer } from '../../s3/lenient-answers.ts'
import { isSuccess, type PageAnswer, sendAsPage } from '../page-request.ts'
import { failedBy, passed, type StepResult, unknown, warnedBy } from '../step.ts'
import { probeTls } from '../tls-probe.ts'

/** Beyond this, S3 refuses requests signed with this computer's clock: `RequestTimeTooSkewed`. */
const CLOCK_WINDOW_MS = 15 * 60_000

export interface ReachContext {
  readonly store: Store
  readonly ports: Pick<CorePorts, 'storeHttp' | 'nodeNetwork'>
  readonly signal: AbortSignal
}

/**
 * The host names of the requests: the endpoint's, and the bucket's own if the store puts it in
 * front. A proxy may resolve names that this computer cannot: then the first answer decides.
 */
export async function checkDns({ store, ports, signal }: ReachContext): Promise<StepResult> {
  for (const url of hostsOf(store)) {
    const failure = await resolveHost(url.hostname, signal)
    const isFinal = failure?.kind === 'host-refused' || (await isResolvedHere(ports, url))
    if (failure !== null && isFinal) return failedBy(failure)
    if (failure !== null) {
      const greeting = await greet({ store, signal })
      if (greeting.ok) return passed()
      // Behind a proxy, the proxy resolves names, so a failure of the proxy is reported first.
      return failedBy(isOfProxy(greeting.failure) ? greeting.failure : failure)
    }
  }
  return passed()
}

/** With a script (PAC) or SOCKS, the browser asks a proxy, so DNS proves nothing. */
async function isResolvedHere(ports: ReachContext['ports'], url: URL): Promise<boolean> {
  if (!(await goesDirectly(ports, url))) return false
  const route = await ports.nodeNetwork?.routeTo(url)
  return route?.kind !== 'direct' || route.besides === null
}

function isOfProxy({ kind }: Failure): boolean {
  return kind === 'proxy-failed' || kind === 'proxy-auth-needed'
}

/** Checks the connection, and that something answers there that may be a store. */
export async function checkTls(way: ReachContext): Promise<StepResult> {
  const shaken = await probeAllHosts(way)
  if (!shaken.ok) return failedBy(shaken.failure)
  const greeting = await greet(way)
  const isPlain = way.store.destination.endpoint.startsWith('http:')
  if (!greeting.ok) {
    const isTls = isPlain && greeting.failure.kind === 'no-response' && (await speaksTls(way))
    const { host } = new URL(way.store.destination.endpoint)
    return failedBy(isTls ? { kind: 'wrong-protocol', host, scheme: 'http' } : greeting.failure)
  }
  const plain = isPlain ? ({ kind: 'tls', protocol: 'http', issuer: null } as const) : null
  return passed(shaken.value ?? plain)
}

/** Some servers close a plain HTTP connection without an answer if they expect TLS. */
async function speaksTls({ store, ports, signal }: ReachContext): Promise<boolean> {
  const { hostname, port } = new URL(store.destination.endpoint)
  const url = new URL(`https://${hostname}:${port || '80'}`)
  if (!(await goesDirectly(ports, url))) return false
  const shaken = await probeTls(url, signal, ports.nodeNetwork)
  return shaken.ok || shaken.failure.kind === 'tls-failed'
}

/** Null as a value: the requests take a route that this process cannot inspect itself. */
async function probeAllHosts({ store, ports, signal }: ReachContext) {
  const all = await Promise.all(
    hostsOf(store).map(async (url) => {
      const isDirect = await goesDirectly(ports, url)
      return isDirect ? probeTls(url, signal, ports.nodeNetwork) : succeeded(null)
    }),
  )
  const [endpoint] = all
  return all.find((each) => !each.ok) ?? endpoint ?? succeeded(null)
}

function hostsOf(store: Store): readonly URL[] {
  const endpoint = new URL(store.destination.endpoint)
  const bucket = bucketUrl(store.destination)
  return bucket.host === endpoint.host ? [endpoint] : [endpoint, bucket]
}

/** Unsigned, so that the store's time and kind are known before any key is used. */
async function greet({
  store,
  signal,
}: Pick<ReachContext, 'store' | 'signal'>): Promise<Outcome<null>> {
  const url = bucketUrl(store.destination)
  url.searchParams.set('list-type', '2')
  url.searchParams.set('max-keys', '1')
  const answer = await sendAsPage(store, { method: 'GET', url, signal })
  if (!answer.ok) return answer
  return isForeign(answer.value) ? failed({ kind: 'not-s3', host: url.host }) : succeeded(null)
}

/** A web page, or a server that answers yes to everybody. */
function isForeign(answer: PageAnswer): boolean {
  if (isSuccess(answer)) return !/<(\w+:)?ListBucketResult\b/.test(answer.text)
  const { status, headers, text } = answer
  const isPage = /html/i.test(headers['content-type'] ?? '') && !text.includes('<Code>')
  return status >= 400 && status < 500 && isPage && !isStoreAnswer(headers)
}

/** Ferry signs with the store's clock, so a wrong clock here is only worth a note. */
export function checkClock({ clock }: Store, nowMs: number): StepResult {
  if (clock.isUnsure()) return unknown()
  if (Math.abs(clock.offsetMs) < CLOCK_WINDOW_MS) return passed()
  return warnedBy({ kind: 'clock-skewed', serverTimeMs: nowMs + clock.offsetMs })
}

/** After these failures, further requests make no sense. */
export function stopsCheck(failure: Failure | null): boolean {
  switch (failure?.kind) {
    case 'host-not-found':
    case 'host-unreachable':
    case 'host-refused':
    case 'tls-failed':
    case 'wrong-protocol':
    case 'proxy-failed':
    case 'proxy-auth-needed':
    case 'network-blocked':
    case 'offline':
    case 'stalled':
    case 'credentials-rejected':
    case 'credentials-expired':
    case 'sign-in-needed':
    case 'keys-unavailable':
    case 'secret-missing':
    case 'secret-store-unavailable':
    case 'bucket-missing':
      return true
    default:
      return false
  }
}

/**
 * Asks the system's resolver, as every request will, so that a hosts file and a VPN count. Null for
 * a known name; addresses and this computer's own name need no lookup. Fails with `host-refused`
 * for a cloud's metadata service.
 */
export async function resolveHost(hostname: string, signal: AbortSignal): Promise<Failure | null> {
  const bare = hostname.replace(/^\[|\]$/g, '')
  if (isMetadataHost(hostname)) return { kind: 'host-refused', host: bare }
  if (isIP(bare) !== 0 || /(^|\.)localhost$/.test(bare)) return null
  const { promise: gaveUp, resolve: giveUp } = Promise.withResolvers<Failure>()
  const onAbort = () => giveUp({ kind: 'aborted' })
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
    // Whatever the resolver's reason, this computer cannot find the host.
    return { kind: 'host-not-found', host }
  }
}
