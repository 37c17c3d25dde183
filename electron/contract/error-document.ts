/** What a store says in the XML document of a refusal, as far as Ferry uses it. */
export interface ErrorDocument {
  readonly code: string
  /** With `<Details>` behind it, where Google Cloud Storage puts the reason. */
  readonly message: string
  readonly region: string | null
  readonly requestId: string
  /** The host that a redirect leads to. */
  readonly endpoint: string | null
  /** The longest request that the store takes. */
  readonly limitBytes: number | null
  /** The request as it reached AWS, shown when its signature does not match. */
  readonly canonicalRequest: string
}

/** The document's elements by S3's names: `$('Code')`; '' for one that is not there. */
type Elements = (name: string) => string

/** The patterns that read them need not run over a megabyte. */
const MAX_DOCUMENT_LENGTH = 64 * 1024
const MAX_ELEMENT_LENGTH = 4000

/**
 * Never fails: what is not S3's document gives empty texts. The document is flat and its values are
 * plain text, so the page needs no XML parser.
 * docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html#RESTErrorResponses
 */
export function readErrorDocument(xml: string): ErrorDocument {
  const cut = xml.slice(0, MAX_DOCUMENT_LENGTH)
  return errorDocumentOf((name) => elementText(cut, name))
}

/** The same where something else has parsed the document already. */
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
