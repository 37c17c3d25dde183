/**
 * What a browser shows without running any of it: pictures, sound, film and plain text. PDF is one of
 * them, since its viewer is a program of the browser's own with an origin of its own; Chromium starts
 * no viewer in a sandbox, and nobody could read the document.
 *
 * The whole value has to fit. Where it names several types, browsers take the last
 * (fetch.spec.whatwg.org, "extract a MIME type"), and what they cannot read they guess.
 */
const INERT_TYPE =
  /^(?:image\/(?:png|jpeg|gif|webp|avif|bmp|x-icon|vnd\.microsoft\.icon)|(?:audio|video)\/[a-z0-9][a-z0-9.+-]*|text\/plain|application\/pdf)(?:[ \t]*;[ \t]*[a-z0-9-]+=(?:[a-z0-9._+-]+|"[a-z0-9 ._+-]*"))*$/i

/**
 * An origin of its own, no scripts, forms or windows, and nothing loaded from anywhere. What a
 * self-contained page brings along is still shown.
 */
const SANDBOX = [
  'sandbox',
  "default-src 'none'",
  "style-src 'unsafe-inline'",
  'img-src data:',
  'media-src data:',
  'font-src data:',
  "base-uri 'none'",
  "form-action 'none'",
].join('; ')

/**
 * Objects come from anybody, and this server shares its host name with Ferry's own page: a browser
 * must neither guess a type nor run an object's scripts with this origin's rights.
 *
 * @param contentType of the answer; empty when it has none.
 */
export function browserSafetyHeaders(contentType: string): Record<string, string> {
  return {
    'X-Content-Type-Options': 'nosniff',
    ...(INERT_TYPE.test(contentType) ? {} : { 'Content-Security-Policy': SANDBOX }),
  }
}
