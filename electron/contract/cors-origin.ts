/**
 * Whether an `AllowedOrigin` of a CORS rule fits a page's origin. S3 takes at most one `*`, anywhere
 * in it: docs.aws.amazon.com/AmazonS3/latest/userguide/ManageCorsUsing.html#cors-allowed-origin
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

/** Origins that Ferry's windows in a browser have, or had: this computer's own, on any port. */
export function isWindowOrigin(allowedOrigin: string): boolean {
  return /^http:\/\/(127\.0\.0\.1|localhost|[a-z0-9*-]{1,63}\.localhost)(:\d{1,5})?$/.test(
    allowedOrigin.slice(0, 200),
  )
}
