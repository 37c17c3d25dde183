import type { FileHandle } from 'node:fs/promises'
import { type XmlNode, xmlDocument } from './xml.ts'

export interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: ReplyBody
}

type ReplyBody =
  | { readonly kind: 'none' }
  | { readonly kind: 'text'; readonly text: string }
  /** The sender closes the handle. */
  | {
      readonly kind: 'file'
      readonly handle: FileHandle
      readonly start: number
      readonly byteLength: number
    }
  /** A document that may take minutes: the answer begins at once and is kept alive by spaces. */
  | { readonly kind: 'slow'; readonly answer: Promise<DelayedDocument> }

export interface DelayedDocument {
  /** Sent only if the document is ready before the answer must start. */
  readonly headers: Readonly<Record<string, string>>
  /** Without the XML declaration. */
  readonly element: string
}

/**
 * Content types that a browser displays without running code: images, audio, video and plain text.
 * PDF is included because the browser's own viewer runs in a separate origin; Chromium does not
 * start that viewer in a sandbox, so a sandboxed PDF could not be read.
 *
 * The whole value must match. If it names several types, browsers use the last one
 * (fetch.spec.whatwg.org, "extract a MIME type"), and they guess when they cannot parse it.
 */
const INERT_TYPE =
  /^(?:image\/(?:png|jpeg|gif|webp|avif|bmp|x-icon|vnd\.microsoft\.icon)|(?:audio|video)\/[a-z0-9][a-z0-9.+-]*|text\/plain|application\/pdf)(?:[ \t]*;[ \t]*[a-z0-9-]+=(?:[a-z0-9._+-]+|"[a-z0-9 ._+-]*"))*$/i

/**
 * A separate origin without scripts, forms or windows, and nothing loaded from elsewhere. A
 * self-contained page is still shown.
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
 * Anyone may have written an object, and this server shares its host name with Ferry's own page: a
 * browser must neither guess a type nor run an object's scripts with this origin's rights.
 *
 * @param contentType the answer's type; empty when it has none.
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
/** The server's own documents contain keys, which anyone may have chosen. */
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

/** S3's documents name an owner. The local bucket has one user and no account. */
export function amzOwner(element: 'Owner' | 'Initiator'): XmlNode {
  return [
    element,
    [
      ['ID', 'ferry-local-bucket'],
      ['DisplayName', 'ferry'],
    ],
  ]
}
