import { randomBytes } from 'node:crypto'
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import type { Log } from '../core/ports.ts'

/** 128 bits, which fit in hexadecimal into the 63 characters of a host name label. */
const NAME_BYTES = 16

/**
 * Creates a host name below `localhost` that is new for every run. Chromium and Firefox resolve
 * every such name to this computer by themselves (RFC 6761, section 6.3), and browsers store data,
 * service workers, caches and cookies by host name: what another program once stored for a port of
 * 127.0.0.1 does not reach this page, and no other program gets this page's cookie.
 */
export function freshHostName(): string {
  return `${randomBytes(NAME_BYTES).toString('hex')}.localhost`
}

/** The origin at which a listener serves the page. */
export interface PageOrigin {
  /** The value of the `Origin` header. */
  readonly origin: string
  /** The value of the `Host` header. */
  readonly host: string
}

export function pageOrigin(hostName: string, port: number): PageOrigin {
  const host = `${hostName}:${port}`
  return { origin: `http://${host}`, host }
}

/** The response to a refused request. */
export interface Refusal {
  readonly status: number
  readonly sentence: string
}

/**
 * Headers used for access decisions. Node keeps the first of several; a proxy or cache may read the
 * last.
 */
const SINGLE_HEADERS: ReadonlySet<string> = new Set([
  'host',
  'origin',
  'content-type',
  'content-length',
  'sec-fetch-site',
  'x-ferry-session',
])

/**
 * Another domain that points at 127.0.0.1 (DNS rebinding) arrives with its own name in `Host`, so
 * only this run's host name is accepted.
 */
export function isOwnHost(request: IncomingMessage, { host }: PageOrigin): boolean {
  return request.headers.host === host && !repeatsHeader(request)
}

/**
 * Refuses API requests that are not from Ferry's own page. Browsers send `Origin` with every POST
 * and `Sec-Fetch-Site` with everything, and a page cannot forge either. Null for an allowed
 * request.
 */
export function refusalOf(request: IncomingMessage, page: PageOrigin): Refusal | null {
  if (!isOwnHost(request, page)) return { status: 421, sentence: 'This is not the right host.' }
  const { origin, 'sec-fetch-site': site } = request.headers
  // A same-origin GET has no `Origin`.
  if (origin === undefined ? request.method !== 'GET' : origin !== page.origin) {
    return { status: 403, sentence: 'Only Ferry’s own page may send requests.' }
  }
  if (site !== undefined && site !== 'same-origin') {
    return { status: 403, sentence: 'Only Ferry’s own page may send requests.' }
  }
  return null
}

export function isJson(headers: IncomingHttpHeaders): boolean {
  return /^application\/json\s*(?:;|$)/i.test(headers['content-type'] ?? '')
}

function repeatsHeader({ rawHeaders }: IncomingMessage): boolean {
  const seen = new Set<string>()
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]?.toLowerCase() ?? ''
    if (SINGLE_HEADERS.has(name) && seen.has(name)) return true
    seen.add(name)
  }
  return false
}

export type BodyReading =
  | { readonly kind: 'json'; readonly value: unknown }
  | { readonly kind: 'too-large' }
  | { readonly kind: 'too-slow' }
  | { readonly kind: 'malformed' }
  /** The sender hung up; nobody waits for an answer. */
  | { readonly kind: 'cut' }

export interface BodyLimits {
  readonly maxBytes: number
  /** Aborted when reading the body takes too long. */
  readonly signal?: AbortSignal
}

/** Reads at most `maxBytes`; the rest is never read. */
export async function readJson(
  request: IncomingMessage,
  { maxBytes, signal }: BodyLimits,
): Promise<BodyReading> {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) return { kind: 'too-large' }
  const tooSlow = new Promise<BodyReading>((resolve) => {
    signal?.addEventListener('abort', () => resolve({ kind: 'too-slow' }), { once: true })
  })
  return Promise.race([readBody(request, maxBytes), tooSlow])
}

async function readBody(request: IncomingMessage, maxBytes: number): Promise<BodyReading> {
  const chunks: Buffer[] = []
  let byteLength = 0
  try {
    for await (const chunk of bodyChunks(request)) {
      byteLength += chunk.byteLength
      if (byteLength > maxBytes) return { kind: 'too-large' }
      chunks.push(chunk)
    }
  } catch {
    return { kind: 'cut' }
  }
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks))
    return { kind: 'json', value: JSON.parse(text) }
  } catch {
    return { kind: 'malformed' }
  }
}

/** Leaves the connection open when reading stops early, so that an error can still be sent. */
function bodyChunks(request: IncomingMessage): AsyncIterable<Buffer> {
  return { [Symbol.asyncIterator]: () => request.iterator({ destroyOnReturn: false }) }
}

/** A flood of refused requests writes one log line per interval. */
const REPORT_MS = 60_000

export interface RefusalCount {
  /** `closed` when the connection was closed without a response. */
  readonly add: (status: number | 'closed') => void
  /** Logs the current counts and stops. */
  readonly close: () => void
}

/** Logs how many requests were refused, never their content. */
export function countRefusals(log: Log, reportMs = REPORT_MS): RefusalCount {
  let counts = new Map<string, number>()
  let timer: NodeJS.Timeout | null = null
  const report = () => {
    timer = null
    if (counts.size === 0) return
    log.warn({ refused: Object.fromEntries(counts) }, 'Refused requests')
    counts = new Map()
  }
  return {
    add: (status) => {
      counts.set(String(status), (counts.get(String(status)) ?? 0) + 1)
      timer ??= setTimeout(report, reportMs).unref()
    },
    close: () => {
      if (timer !== null) clearTimeout(timer)
      report()
    },
  }
}
