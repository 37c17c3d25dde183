import { cutText, onlyVisible, storeCode } from '../plain-text.ts'
import type { StoreAnswer } from './kinds.ts'

/** The elements of a refusal's XML document that Ferry uses. */
export interface ErrorDocument {
  readonly code: string
  /** Followed by `<Details>`, in which Google Cloud Storage puts the reason. */
  readonly message: string
  readonly region: string | null
  readonly requestId: string
  /** The host that a redirect leads to. */
  readonly endpoint: string | null
  /** The longest request that the store accepts. */
  readonly limitBytes: number | null
  /** The request as it reached AWS, shown when its signature does not match. */
  readonly canonicalRequest: string
}

/** The document's elements by S3's names: `$('Code')`; '' for one that is not there. */
type Elements = (name: string) => string

/** The patterns that read the elements need not run over a megabyte. */
const MAX_DOCUMENT_LENGTH = 64 * 1024
const MAX_ELEMENT_LENGTH = 4000

/**
 * Never fails: anything but S3's document gives empty texts. The document is flat and its values
 * are plain text, so the page needs no XML parser.
 * docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html#RESTErrorResponses
 */
export function readErrorDocument(xml: string): ErrorDocument {
  const cut = xml.slice(0, MAX_DOCUMENT_LENGTH)
  return errorDocumentOf((name) => elementText(cut, name))
}

/** The same if another parser has parsed the document already. */
export function errorDocumentOf(whole: Elements): ErrorDocument {
  const element: Elements = (name) => whole(name).slice(0, MAX_ELEMENT_LENGTH)
  const ids = [element('RequestId'), element('HostId')]
  const limit = element('MaxSizeAllowed')
  return {
    code: element('Code'),
    message: [element('Message'), element('Details')].filter(Boolean).join(' '),
    region: element('Region') || null,
    requestId: ids.filter(Boolean).join(' / '),
    endpoint: element('Endpoint') || null,
    limitBytes: /^\d{1,15}$/.test(limit) ? Number(limit) : null,
    canonicalRequest: element('CanonicalRequest'),
  }
}

function elementText(xml: string, name: string): string {
  const tag = `(?:[\\w.-]+:)?${name}`
  const inside = '(?:<!\\[CDATA\\[(?<raw>[^\\]]*)\\]\\]>|(?<text>[^<]*))'
  const found = new RegExp(`<${tag}(?:\\s[^<>]*)?>${inside}</${tag}\\s*>`).exec(xml)?.groups
  const raw = found?.raw ?? found?.text ?? ''
  const cut = raw.slice(0, MAX_ELEMENT_LENGTH)
  return (found?.raw === undefined ? unescapedXml(cut) : cut).trim()
}

const ENTITIES: Readonly<Record<string, string>> = {
  lt: '<',
  gt: '>',
  amp: '&',
  quot: '"',
  apos: "'",
}

/** Go's and Java's servers write quotes and line ends as `&#34;` and `&#xA;`. */
function unescapedXml(text: string): string {
  return text.replace(/&(#x[0-9a-f]{1,6}|#\d{1,7}|[a-z]{2,4});/gi, (whole, name: string) => {
    if (!name.startsWith('#')) return ENTITIES[name] ?? whole
    const isHex = /^#x/i.test(name)
    const point = Number.parseInt(name.slice(isHex ? 2 : 1), isHex ? 16 : 10)
    return point <= 0x10ffff ? String.fromCodePoint(point) : whole
  })
}

/** Names in lower case. */
export type AnswerHeaders = Readonly<Record<string, string | undefined>>

/**
 * Headers of S3 and compatible stores, which nothing in front of a store sends; `x-amz-cf-` headers
 * belong to CloudFront, which is in front.
 */
export function isStoreHeader(name: string): boolean {
  return STORE_HEADER.test(name)
}

const STORE_HEADER =
  /^x-(amz-(?!cf-)|rgw-|openstack-|trans-id|minio-|goog-|oss-|cos-|obs-|emc-|clv-|ntap-|wasabi-|bz-|scal-)/i

/**
 * A web page or plain text instead of S3's document, from a firewall, a proxy or a captive portal. A
 * store refuses in XML, or with an empty body.
 */
export function isForeignAnswer(headers: AnswerHeaders, text: string): boolean {
  const start = text.slice(0, 4000)
  if (start.trim() === '' || Object.keys(headers).some(isStoreHeader)) return false
  const isPage = /html|json|text\/plain/i.test(headers['content-type'] ?? '')
  return isPage || /^\s*<(!doctype|html)/i.test(start)
}

/** The parts of an answer that are kept for the details of a failure. */
export interface AnswerToKeep {
  readonly status: number
  readonly code: string
  readonly message: string
  readonly requestId: string
  readonly server: string
  readonly atMs: number
}

/**
 * The store's own words in a form that may be kept, shown and copied: one line each, cut, without
 * anything that is invisible, changes the reading direction, or could be used as a key.
 */
export function answerDetails(answer: AnswerToKeep): StoreAnswer {
  return {
    status: answer.status,
    code: storeCode(answer.code),
    message: harmless(answer.message, 500),
    // Request IDs are long and random by nature, so the check for long runs does not apply.
    requestId: cutText(withoutSecrets(onlyVisible(answer.requestId, 200)), 200),
    server: harmless(answer.server, 100),
    atMs: answer.atMs,
  }
}

const CUT = '…'

const SECRETS: readonly RegExp[] = [
  // The query of any address: a presigned one works like a key until it expires.
  /\?[^\s<>"'?]*=[^\s<>"']*/g,
  // The same in pieces, and as a header: signature, credential, token.
  /X-(?:Amz|Goog|Obs|Oss)-[\w-]+(?:=|%3D|:\s?)[^\s&,;<>"']+/gi,
  /\b(?:AWS4?-HMAC-SHA256|AWS4-ECDSA-P256-SHA256)\b[^<>"']*/gi,
  /\b(?:Credential|Signature|SignedHeaders|AWSAccessKeyId|GoogleAccessId|SecurityToken|SessionToken|Authorization|Password|Secret\w*)\s?(?:=|%3D|:)\s?[^\s&,;<>"']+/gi,
  // Access key IDs of AWS and of Google: docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
  /\b(?:A(?:KIA|SIA|BIA|CCA)[A-Z0-9]{12,}|GOOG[A-Z0-9]{16,})\b/g,
]

/** Secret keys, signatures and tokens are long runs of these. */
const LONG_RUN = /[A-Za-z0-9+/_=-]{32,}/g

function harmless(text: string, maxLength: number): string {
  const clean = withoutSecrets(onlyVisible(text, maxLength))
  return cutText(
    clean.replace(LONG_RUN, (run) => (isKeyLike(run) ? CUT : run)),
    maxLength,
  )
}

function withoutSecrets(text: string): string {
  return SECRETS.reduce((left, secret) => left.replace(secret, CUT), text)
}

/** Hex as long as a signature, or a mixture that never occurs in a word, path or bucket name. */
function isKeyLike(run: string): boolean {
  if (/^[0-9a-f]+$/i.test(run)) return run.length >= 40
  return run.split(/[-_]/).some((piece) => {
    const isMixed = /[a-z]/.test(piece) && /[A-Z]/.test(piece) && /\d/.test(piece)
    return piece.length >= 32 && isMixed
  })
}
