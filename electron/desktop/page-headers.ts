import { SOURCE_SCHEME } from '../contract/transport.ts'

/**
 * What the page may load and reach. `connect-src` stays wide for stores because a policy is fixed
 * when the page loads while destinations come and go; which stores exactly is the request wall's
 * business (docs/decisions/0007-network-of-the-page.md). `wasm-unsafe-eval` lets WebAssembly be
 * compiled, for the checksums, and still no text become script.
 */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  `connect-src 'self' ${SOURCE_SCHEME}: https: http:`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "object-src 'none'",
].join('; ')

export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': CONTENT_SECURITY_POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=(), display-capture=(), usb=()',
}
