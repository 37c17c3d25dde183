import type { CorsRule } from './commands/checks.ts'

/**
 * Whether an `AllowedOrigin` of a CORS rule matches a page's origin. S3 accepts at most one `*`,
 * anywhere in it:
 * docs.aws.amazon.com/AmazonS3/latest/userguide/ManageCorsUsing.html#cors-allowed-origin
 */
export function allowsOrigin(allowedOrigin: string, origin: string): boolean {
  const star = allowedOrigin.indexOf('*')
  if (star === -1) return allowedOrigin === origin
  const [head, tail] = [allowedOrigin.slice(0, star), allowedOrigin.slice(star + 1)]
  // A second `*` is a plain character, which no origin has.
  return (
    origin.length >= head.length + tail.length && origin.startsWith(head) && origin.endsWith(tail)
  )
}

/** `*` inside an origin, which some stores refuse. */
export function isOriginPattern(allowedOrigin: string): boolean {
  return allowedOrigin !== '*' && allowedOrigin.includes('*')
}

/**
 * Origins of Ferry's browser windows, now or in earlier versions: this computer's own, on any port.
 */
export function isWindowOrigin(allowedOrigin: string): boolean {
  return /^http:\/\/(127\.0\.0\.1|localhost|[a-z0-9*-]{1,63}\.localhost)(:\d{1,5})?$/.test(
    allowedOrigin.slice(0, 200),
  )
}

/** The form of AWS's console: only the list of rules. */
export function corsAsJson(rule: CorsRule): string {
  const inConsole = {
    AllowedOrigins: rule.allowedOrigins,
    AllowedMethods: rule.allowedMethods,
    AllowedHeaders: rule.allowedHeaders,
    ExposeHeaders: rule.exposeHeaders,
    MaxAgeSeconds: rule.maxAgeSeconds,
  }
  return JSON.stringify([inConsole], null, 2)
}

/**
 * In the form of `PutBucketCors` and of the tools for other stores.
 * docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketCors.html
 */
export function corsAsXml(rule: CorsRule): string {
  const lines = [
    ...tags('AllowedOrigin', rule.allowedOrigins),
    ...tags('AllowedMethod', rule.allowedMethods),
    ...tags('AllowedHeader', rule.allowedHeaders),
    ...tags('ExposeHeader', rule.exposeHeaders),
    ...tags('MaxAgeSeconds', [String(rule.maxAgeSeconds)]),
  ]
  return [
    '<CORSConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">',
    '  <CORSRule>',
    ...lines.map((line) => `    ${line}`),
    '  </CORSRule>',
    '</CORSConfiguration>',
  ].join('\n')
}

function tags(name: string, texts: readonly string[]): readonly string[] {
  return texts.map((text) => `<${name}>${escaped(text)}</${name}>`)
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
