import type { FileHandle } from 'node:fs/promises'
import { browserSafetyHeaders } from './browser-guards.ts'
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
