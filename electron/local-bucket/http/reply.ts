import type { FileHandle } from 'node:fs/promises'
import { type XmlNode, xmlDocument } from './xml.ts'

/** What an operation answers. */
export interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: ReplyBody
}

export type ReplyBody =
  | { readonly kind: 'none' }
  | { readonly kind: 'text'; readonly text: string }
  /** Whoever sends it closes the handle. */
  | {
      readonly kind: 'file'
      readonly handle: FileHandle
      readonly start: number
      readonly byteLength: number
    }
  /** A document that may take minutes: the answer begins at once and is kept alive by spaces. */
  | { readonly kind: 'slow'; readonly answer: Promise<DelayedDocument> }

export interface DelayedDocument {
  /** Sent only when the answer comes before it has to be begun. */
  readonly headers: Readonly<Record<string, string>>
  /** Without the XML declaration. */
  readonly element: string
}

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

export function emptyReply(status: number, headers: Readonly<Record<string, string>> = {}): Reply {
  return { status, headers, body: { kind: 'none' } }
}

export function xmlReply(name: string, content: readonly (XmlNode | null)[]): Reply {
  return documentReply(xmlDocument(name, content))
}

const XML_TYPE = 'application/xml'
/** Documents of the server's own name keys, which anybody may have chosen. */
export const XML_HEADERS = { 'Content-Type': XML_TYPE, ...browserSafetyHeaders(XML_TYPE) }

export function documentReply(text: string): Reply {
  return {
    status: 200,
    headers: XML_HEADERS,
    body: { kind: 'text', text },
  }
}

export function quoted(etag: string): string {
  return `"${etag}"`
}

/** S3's documents name an owner. There is only one person here, and no account behind it. */
export function amzOwner(element: 'Owner' | 'Initiator'): XmlNode {
  return [
    element,
    [
      ['ID', 'ferry-local-bucket'],
      ['DisplayName', 'ferry'],
    ],
  ]
}
