import { XMLParser, XMLValidator } from 'fast-xml-parser'
import { readDate } from './read-date.ts'

/** The content of an answer's document, as far as Ferry reads it. */
export type AnswerDocument =
  | { readonly kind: 'document'; readonly root: string; readonly xml: string }
  /** A web page. */
  | { readonly kind: 'page' }
  | { readonly kind: 'empty' }
  /** Neither XML nor a page, or XML that ends too early. */
  | { readonly kind: 'unreadable' }

/**
 * Elements that contain others, with the elements that may contain them; empty: the document
 * itself.
 */
const CONTAINERS: Readonly<Record<string, string>> = {
  Part: '',
  Upload: '',
  Contents: '',
  Version: '',
  DeleteMarker: '',
  Buckets: '',
  Bucket: 'Buckets',
  TagSet: '',
  Tag: 'TagSet',
  CORSRule: '',
  Rule: '',
  Filter: 'Rule',
  And: 'Filter',
  AbortIncompleteMultipartUpload: 'Rule',
  DefaultRetention: 'Rule',
}
/** Elements whose text Ferry reads. A new one has to be listed here to be read. */
const TEXTS: ReadonlySet<string> = new Set([
  'UploadId',
  'Key',
  'VersionId',
  'ETag',
  'PartNumber',
  'Size',
  'ChecksumCRC64NVME',
  'ChecksumCRC32C',
  'ChecksumSHA256',
  'IsTruncated',
  'NextPartNumberMarker',
  'NextKeyMarker',
  'NextUploadIdMarker',
  'NextVersionIdMarker',
  'NextContinuationToken',
  'ContinuationToken',
  'Name',
  'BucketRegion',
  'Status',
  'Prefix',
  'DaysAfterInitiation',
  'Days',
  'Years',
  'Value',
])
const DATES: ReadonlySet<string> = new Set(['Initiated', 'LastModified'])
/** In these elements white space may be part of the text. */
const VERBATIM = /Key|Prefix|Value|Token|IdMarker/

const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: true,
  removeNSPrefix: true,
  parseTagValue: false,
  trimValues: false,
  ignorePiTags: true,
  ignoreDeclaration: true,
  // Texts are passed on unchanged, including references.
  processEntities: false,
  cdataPropName: '#cdata',
})

/**
 * Rewrites a store's answer so that it contains only what Ferry reads, in the form that S3's
 * documentation promises. The SDK fails over a date in another form, an attribute, or an element
 * that occurs twice, even where nobody reads it: aws-sdk-js-v3#8199. An error document keeps all
 * its texts.
 */
export function readAnswer(bytes: Uint8Array): AnswerDocument {
  const source = textOf(bytes)
  if (source === '') return { kind: 'empty' }
  const first = firstElement(source)
  if (/^<(!doctype\s+html|html)\b/i.test(first)) return { kind: 'page' }
  // No store's answer has a document type, and a document type allows entity expansion: CWE-776.
  if (/^<!doctype/i.test(first) || hasTooManyMarks(source)) return { kind: 'unreadable' }
  try {
    if (XMLValidator.validate(source) !== true) return { kind: 'unreadable' }
    const [root] = elementsIn(parser.parse(source))
    if (root === undefined) return { kind: 'unreadable' }
    const [name, content] = root
    const isError = /^Error/.test(name)
    const inside = isError ? errorTexts(content) : kept(content, '') || ownText(content)
    const written = isError ? 'Error' : name
    return { kind: 'document', root: written, xml: element(written, inside) }
  } catch {
    // A name that no store uses (`__proto__`), or endless nesting.
    return { kind: 'unreadable' }
  }
}

/**
 * Decodes by the byte-order mark, otherwise as UTF-8, and drops what some stores and proxies put
 * around a document.
 */
function textOf(bytes: Uint8Array): string {
  const [first, second] = bytes
  const isWide = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)
  const encoding = isWide ? (first === 0xff ? 'utf-16le' : 'utf-16be') : 'utf-8'
  const text = new TextDecoder(encoding).decode(bytes)
  const trimmed = withoutEnds(text)
  // Some stores forget to escape `&` in keys.
  return trimmed.includes('<![CDATA[')
    ? trimmed
    : trimmed.replace(/&(?!(?:#\d+|#x[0-9a-f]+|[a-z]\w*);)/gi, '&amp;')
}

/** Character by character: `[\s\0]+$` would start again at every blank of a long run. */
function withoutEnds(text: string): string {
  const isBlank = (at: number) => /[\s\0\ufeff]/.test(text.charAt(at))
  let [start, end] = [0, text.length]
  while (start < end && isBlank(start)) start += 1
  while (end > start && isBlank(end - 1)) end -= 1
  return text.slice(start, end)
}

/**
 * The text after the initial comments and instructions, as far as needed to recognise a web page.
 */
function firstElement(source: string): string {
  let at = 0
  for (;;) {
    while (/\s/.test(source.charAt(at))) at += 1
    const end = source.startsWith('<!--', at) ? '-->' : source.startsWith('<?', at) ? '?>' : null
    const found = end === null ? -1 : source.indexOf(end, at + 2)
    if (end === null || found === -1) return source.slice(at, at + 100)
    at = found + end.length
  }
}

/**
 * A parsed element takes a hundred times its own bytes: an endless `<a/>` would fill the memory.
 */
const MOST_MARKS = 400_000
const MARKS: ReadonlySet<string> = new Set(['<', '&', '='])

/** Counts tags, references and attributes; a list of a thousand versions has thirty thousand. */
function hasTooManyMarks(source: string): boolean {
  let count = 0
  for (const character of source) {
    if (MARKS.has(character)) count += 1
    if (count > MOST_MARKS) return true
  }
  return false
}

type Content = readonly unknown[]

function elementsIn(content: unknown): [name: string, content: Content][] {
  if (!Array.isArray(content)) return []
  return content.flatMap((item) =>
    Object.entries(item as Record<string, unknown>).flatMap(([name, inner]) =>
      name.startsWith('#') || !Array.isArray(inner) ? [] : [[name, inner] as [string, Content]],
    ),
  )
}

function kept(content: Content, parent: string): string {
  const seen = new Set<string>()
  return elementsIn(content)
    .map(([name, inner]) => {
      const isText = TEXTS.has(name) || DATES.has(name)
      // Only containers may repeat.
      if (isText && seen.has(name)) return ''
      seen.add(name)
      if (isText) return textElement(name, ownText(inner))
      const isContainer = Object.hasOwn(CONTAINERS, name) && CONTAINERS[name] === parent
      return isContainer ? element(name, kept(inner, name)) : ''
    })
    .join('')
}

/**
 * A key of 1,024 bytes has six times as many characters once it is escaped; no ID has a tenth of
 * that.
 */
const MAX_TEXT_LENGTH = 8 * 1024

function textElement(name: string, text: string): string {
  if (text.length > MAX_TEXT_LENGTH) return ''
  if (!DATES.has(name)) return element(name, VERBATIM.test(name) ? text : text.trim())
  const atMs = readDate(text)
  return atMs === null ? '' : element(name, new Date(atMs).toISOString())
}

/** Ignores nesting: some stores wrap the error once more, as other AWS services do. */
function errorTexts(content: Content, seen = new Set<string>()): string {
  return elementsIn(content)
    .map(([name, inner]) => {
      if (elementsIn(inner).length > 0) return errorTexts(inner, seen)
      if (seen.has(name)) return ''
      seen.add(name)
      return element(name, ownText(inner).trim())
    })
    .join('')
}

/** Includes references, but not the text of elements inside. */
function ownText(content: Content): string {
  return content
    .map((item) => {
      const { '#text': text, '#cdata': cdata } = item as Record<string, unknown>
      if (typeof text === 'string') return text
      return Array.isArray(cdata) ? escaped(ownText(cdata)) : ''
    })
    .join('')
}

function element(name: string, inside: string): string {
  return `<${name}>${inside}</${name}>`
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
