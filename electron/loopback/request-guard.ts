import { randomBytes } from 'node:crypto'
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import type { Log } from '../core/ports.ts'

/** 128 bits in hexadecimal digits, of which a label of a host name may have 63. */
const NAME_BYTES = 16

/**
 * A host name below `localhost` that no run had before. Chromium and Firefox resolve every such
 * name to this computer by themselves (RFC 6761, section 6.3), and browsers keep storage, service
 * workers, caches and cookies by host name: what another program once left at a port of 127.0.0.1
 * does not reach this page, and this page's cookie goes to no other program.
 */
export function freshHostName(): string {
  return `${randomBytes(NAME_BYTES).toString('hex')}.localhost`
}

/** Where one listener serves the page. */
export interface PageOrigin {
  /** As it stands in `Origin`. */
  readonly origin: string
  /** As it stands in `Host`. */
  readonly host: string
}

export function pageOrigin(hostName: string, port: number): PageOrigin {
  const host = `${hostName}:${port}`
  return { origin: `http://${host}`, host }
}

/** The answer to a request that may not come in. */
export interface Refusal {
  readonly status: number
  readonly sentence: string
}

/** Headers that decide. Node keeps the first of several, a proxy or cache may read the last. */
const SINGLE_HEADERS: ReadonlySet<string> = new Set([
  'host',
  'origin',
  'content-type',
  'content-length',
  'sec-fetch-site',
  'x-ferry-session',
])

/**
 * A name that somebody else's DNS points at 127.0.0.1 arrives with that name in `Host`, so only
 * this run's own is let in (DNS rebinding).
 */
export function isOwnHost(request: IncomingMessage, { host }: PageOrigin): boolean {
  return request.headers.host === host && !repeatsHeader(request)
}

/**
 * Lets requests of our own page into the API. Browsers send `Origin` with every POST, and
 * `Sec-Fetch-Site` with everything; a page cannot forge either. Null: come in.
 */
export function refusalOf(request: IncomingMessage, page: PageOrigin): Refusal | null {
  if (!isOwnHost(request, page)) return { status: 421, sentence: 'This is not that host.' }
  const { origin, 'sec-fetch-site': site } = request.headers
  // A same-origin GET carries no Origin.
  if (origin === undefined ? request.method !== 'GET' : origin !== page.origin) {
    return { status: 403, sentence: 'Only Ferry’s own page may ask.' }
  }
  if (site !== undefined && site !== 'same-origin') {
    return { status: 403, sentence: 'Only Ferry’s own page may ask.' }
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
  /** Aborted when the body has taken too long. */
  readonly signal?: AbortSignal
}

/** Reads at most `maxBytes`; what comes after is never taken in. */
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

/** Leaves the connection open when the reading stops early, so that the refusal can be sent. */
function bodyChunks(request: IncomingMessage): AsyncIterable<Buffer> {
  return { [Symbol.asyncIterator]: () => request.iterator({ destroyOnReturn: false }) }
}

/** A flood of refused requests costs one line in this time. */
const REPORT_MS = 60_000

export interface RefusalCount {
  /** `status`: as it was answered; `closed` when the connection got no answer. */
  readonly add: (status: number | 'closed') => void
  /** Writes what was counted and stops. */
  readonly close: () => void
}

/** Logs how many requests were refused, and never what they carried. */
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
