import { unreachable } from '../../lib/unreachable.ts'

/**
 * The policies for what the page and its workers may load and reach. Both hosts send these headers
 * with every file of the page; docs/decisions/0014-parts-are-sent-by-a-worker.md says why there are
 * three policies.
 */

/** The only Trusted Types policy of the page: renderer/own-workers.ts. */
const TRUSTED_TYPES_POLICY = 'ferry-workers'

/** The name that Vite gives a worker's script: `put-worker-` and a hash of its contents. */
const WORKER_SCRIPT = /^\/assets\/(put|checksum)-worker-[\w-]+\.js$/

/** A host source of a policy, with or without a port: W3C CSP3, 2.3.1. */
const PLAIN_HOST = /^[a-z0-9.-]+(?::\d+)?$/
const UNSAYABLE_HOST = /^(?:\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d+)?$/

export interface PageReach {
  /** Sources that the page itself may fetch besides its own host, such as `source:`. */
  readonly pageConnects: readonly string[]
  /** The origins of the current destinations. Only the worker that sends parts may reach them. */
  readonly storeOrigins: readonly string[]
}

/** True for the file whose policy depends on the destinations, so that no cache may keep it. */
export function isPutWorker(pathname: string): boolean {
  return WORKER_SCRIPT.exec(pathname)?.[1] === 'put'
}

/**
 * The `Content-Security-Policy` of the file at this path. A worker that comes from the network has
 * the policy of its own script and does not inherit the page's (HTML, "initialize worker policy
 * container").
 */
export function contentSecurityPolicy(pathname: string, reach: PageReach): string {
  const worker = WORKER_SCRIPT.exec(pathname)?.[1] as 'put' | 'checksum' | undefined
  switch (worker) {
    case undefined:
      return pagePolicy(reach.pageConnects)
    case 'put':
      return putWorkerPolicy(reach.storeOrigins)
    case 'checksum':
      return CHECKSUM_WORKER_POLICY
    default:
      return unreachable(worker)
  }
}

/**
 * `worker-src 'self'` rules out workers from `blob:` and `data:`, which would inherit the policy of
 * the page that created them. `form-action` and `base-uri` do not fall back to `default-src`.
 */
function pagePolicy(connects: readonly string[]): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "worker-src 'self'",
    "style-src 'self'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    `connect-src ${["'self'", ...connects].join(' ')}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    `trusted-types ${TRUSTED_TYPES_POLICY}`,
  ].join('; ')
}

/** A worker that turns no text into script, and starts nothing. */
const WORKER_POLICY = "default-src 'none'; require-trusted-types-for 'script'; trusted-types 'none'"

function putWorkerPolicy(storeOrigins: readonly string[]): string {
  const sources = [...new Set(storeOrigins.flatMap(hostSource))]
  return `${WORKER_POLICY}; connect-src ${sources.length === 0 ? "'none'" : sources.join(' ')}`
}

/**
 * `wasm-unsafe-eval` allows compiling WebAssembly, for the checksums, but still no text as script.
 */
const CHECKSUM_WORKER_POLICY = `${WORKER_POLICY}; script-src 'wasm-unsafe-eval'; connect-src 'none'`

/**
 * An endpoint is typed or imported, and a host may contain `*`, `;` or `,`, which have a meaning in
 * a policy: a host that a policy cannot express is left out.
 */
function hostSource(origin: string): string[] {
  const url = URL.parse(origin)
  if (url === null || !/^https?:$/.test(url.protocol)) return []
  if (PLAIN_HOST.test(url.host)) return [url.origin]
  // Chromium ignores a host source with an IPv6 address or an underscore in it, and the only source
  // that matches such a host is "any host on this port".
  const port = url.port || (url.protocol === 'https:' ? '443' : '80')
  return UNSAYABLE_HOST.test(url.host) ? [`${url.protocol}//*:${port}`] : []
}

/**
 * Browser features that Ferry's window never needs. `clipboard-write` is for "Copy link"; the local
 * network is not listed here, since a bucket may be in it. Names that Chromium 153 or 156 does not
 * know are omitted: it would warn about each in the console.
 */
const DENIED_FEATURES = [
  'accelerometer',
  'autoplay',
  'browsing-topics',
  'camera',
  'captured-surface-control',
  'clipboard-read',
  'compute-pressure',
  'deferred-fetch',
  'deferred-fetch-minimal',
  'digital-credentials-get',
  'display-capture',
  'encrypted-media',
  'fullscreen',
  'gamepad',
  'geolocation',
  'gyroscope',
  'hid',
  'identity-credentials-get',
  'idle-detection',
  'keyboard-map',
  'local-fonts',
  'magnetometer',
  'microphone',
  'midi',
  'otp-credentials',
  'payment',
  'picture-in-picture',
  'publickey-credentials-create',
  'publickey-credentials-get',
  'screen-wake-lock',
  'serial',
  'storage-access',
  'sync-xhr',
  'usb',
  'window-management',
  'xr-spatial-tracking',
] as const

/** The headers that all answers share. */
export const COMMON_HEADERS: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': DENIED_FEATURES.map((name) => `${name}=()`).join(', '),
  // Chromium looks up the hosts of links on a page by itself, and a host name can carry data.
  'x-dns-prefetch-control': 'off',
}
