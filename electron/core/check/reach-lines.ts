import type { Failure } from '../../contract/failure/kinds.ts'
import { failed, type Outcome, succeeded } from '../../contract/outcome.ts'
import type { CorePorts } from '../ports.ts'
import { bucketUrl } from '../s3/bucket-url.ts'
import { goesDirectly } from '../s3/http/node-http.ts'
import { isStoreAnswer } from '../s3/lenient-answers.ts'
import type { Store } from '../s3/request.ts'
import { failedBy, passed, unknown, type Verdict, warnedBy } from './line.ts'
import { resolveHost } from './resolve-host.ts'
import { isGood, type PageAnswer, sendAsPage } from './send-as-page.ts'
import { shakeHands } from './shake-hands.ts'

/** Further off, and S3 refuses what this computer's clock would sign: `RequestTimeTooSkewed`. */
const CLOCK_WINDOW_MS = 15 * 60_000

export interface Way {
  readonly store: Store
  readonly ports: Pick<CorePorts, 'storeHttp' | 'nodeNetwork'>
  readonly signal: AbortSignal
}

/**
 * Names that are spoken with: the endpoint's, and the bucket's own where the store puts it in
 * front. A proxy may know names that this computer does not: then the first answer decides.
 */
export async function dnsLine({ store, ports, signal }: Way): Promise<Verdict> {
  for (const url of placesOf(store)) {
    const failure = await resolveHost(url.hostname, signal)
    const isFinal = failure?.kind === 'host-refused' || (await isResolvedHere(ports, url))
    if (failure !== null && isFinal) return failedBy(failure)
    if (failure !== null) {
      const greeting = await greeted({ store, signal })
      if (greeting.ok) return passed()
      // Behind a proxy it is the proxy that knows names, so its own trouble comes first.
      return failedBy(isOfProxy(greeting.failure) ? greeting.failure : failure)
    }
  }
  return passed()
}

/** Beside a script (PAC) or SOCKS the browser asks a proxy, so the name says nothing. */
async function isResolvedHere(ports: Way['ports'], url: URL): Promise<boolean> {
  if (!(await goesDirectly(ports, url))) return false
  const route = await ports.nodeNetwork?.routeTo(url)
  return route?.kind !== 'direct' || route.besides === null
}

function isOfProxy({ kind }: Failure): boolean {
  return kind === 'proxy-failed' || kind === 'proxy-auth-needed'
}

/** The connection, and that something answers there that may be a store. */
export async function tlsLine(way: Way): Promise<Verdict> {
  const shaken = await shakenWithAll(way)
  if (!shaken.ok) return failedBy(shaken.failure)
  const greeting = await greeted(way)
  const isPlain = way.store.destination.endpoint.startsWith('http:')
  if (!greeting.ok) {
    const isTls = isPlain && greeting.failure.kind === 'no-response' && (await speaksTls(way))
    const { host } = new URL(way.store.destination.endpoint)
    return failedBy(isTls ? { kind: 'wrong-protocol', host, scheme: 'http' } : greeting.failure)
  }
  const plain = isPlain ? ({ kind: 'tls', protocol: 'http', issuer: null } as const) : null
  return passed(shaken.value ?? plain)
}

/** Some servers hang up on plain HTTP where they expect TLS, and say nothing. */
async function speaksTls({ store, ports, signal }: Way): Promise<boolean> {
  const { hostname, port } = new URL(store.destination.endpoint)
  const url = new URL(`https://${hostname}:${port || '80'}`)
  if (!(await goesDirectly(ports, url))) return false
  const shaken = await shakeHands(url, signal, ports.nodeNetwork)
  return shaken.ok || shaken.failure.kind === 'tls-failed'
}

/** Null as a value: the requests take a way that this process cannot look at by itself. */
async function shakenWithAll({ store, ports, signal }: Way) {
  const all = await Promise.all(
    placesOf(store).map(async (url) => {
      const isDirect = await goesDirectly(ports, url)
      return isDirect ? shakeHands(url, signal, ports.nodeNetwork) : succeeded(null)
    }),
  )
  const [endpoint] = all
  return all.find((each) => !each.ok) ?? endpoint ?? succeeded(null)
}

function placesOf(store: Store): readonly URL[] {
  const endpoint = new URL(store.destination.endpoint)
  const bucket = bucketUrl(store.destination)
  return bucket.host === endpoint.host ? [endpoint] : [endpoint, bucket]
}

/** Unsigned, so that the time and the kind of what answers are known before any key is used. */
async function greeted({ store, signal }: Pick<Way, 'store' | 'signal'>): Promise<Outcome<null>> {
  const url = bucketUrl(store.destination)
  url.searchParams.set('list-type', '2')
  url.searchParams.set('max-keys', '1')
  const answer = await sendAsPage(store, { method: 'GET', url, signal })
  if (!answer.ok) return answer
  return isForeign(answer.value) ? failed({ kind: 'not-s3', host: url.host }) : succeeded(null)
}

/** A web page, or a server that says yes to whoever asks. */
function isForeign(answer: PageAnswer): boolean {
  if (isGood(answer)) return !/<(\w+:)?ListBucketResult\b/.test(answer.text)
  const { status, headers, text } = answer
  const isPage = /html/i.test(headers['content-type'] ?? '') && !text.includes('<Code>')
  return status >= 400 && status < 500 && isPage && !isStoreAnswer(headers)
}

/** Ferry signs with the store's clock, so a wrong one here is worth a word and no more. */
export function clockLine({ clock }: Store, nowMs: number): Verdict {
  if (clock.isUnsure()) return unknown()
  if (Math.abs(clock.offsetMs) < CLOCK_WINDOW_MS) return passed()
  return warnedBy({ kind: 'clock-skewed', serverTimeMs: nowMs + clock.offsetMs })
}

/** After these there is no use in asking on. */
export function endsAll(failure: Failure | null): boolean {
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
