import { XMLParser, XMLValidator } from 'fast-xml-parser'
import { S3Error } from './errors.ts'

/** An element: `[name, text or children]`; null and undefined children are omitted. */
export type XmlNode = readonly [name: string, content: string | readonly (XmlNode | null)[]]

const NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/'
export const XML_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'

/** A response document in S3's namespace, without the XML declaration. */
export function xmlElement(name: string, content: readonly (XmlNode | null)[]): string {
  return `<${name} xmlns="${NAMESPACE}">${content.map(written).join('')}</${name}>`
}

export function xmlDocument(name: string, content: readonly (XmlNode | null)[]): string {
  return XML_DECLARATION + xmlElement(name, content)
}

/** AWS's error documents carry no namespace. */
export function errorElement(fields: Readonly<Record<string, string>>): string {
  const nodes = Object.entries(fields).map(([name, text]) => written([name, text]))
  return `<Error>${nodes.join('')}</Error>`
}

/** A child element, omitted when there is no text. */
export function optionalNode(name: string, text: string | null | undefined): XmlNode | null {
  return text === null || text === undefined || text === '' ? null : [name, text]
}

function written(node: XmlNode | null): string {
  if (node === null) return ''
  const [name, content] = node
  const inside = typeof content === 'string' ? escaped(content) : content.map(written).join('')
  return `<${name}>${inside}</${name}>`
}

/** Control characters are written as references, as S3 does, so that a carriage return survives. */
function escaped(text: string): string {
  return text.replace(
    /[&<>"\p{Cc}\u2028\ufffe\uffff]/gu,
    (char) => NAMED.get(char) ?? `&#x${(char.codePointAt(0) ?? 0).toString(16).toUpperCase()};`,
  )
}

const NAMED = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
])

/** A parsed element: its text and its children, in order. */
export interface XmlElement {
  readonly text: string
  readonly children: ReadonlyMap<string, readonly XmlElement[]>
}

const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: true,
  removeNSPrefix: true,
  parseTagValue: false,
  trimValues: false,
  ignorePiTags: true,
  ignoreDeclaration: true,
  processEntities: true,
  htmlEntities: true,
})

/** Parses a document with the root `rootName` in linear time. */
export function parseXml(bytes: Buffer, rootName: string): XmlElement {
  const source = bytes.toString('utf8')
  checkXmlLimits(source)
  try {
    if (XMLValidator.validate(source) !== true) throw new S3Error('MalformedXML')
    const parsed: unknown = parser.parse(source)
    const root = elementOf(parsed, 0).children.get(rootName)?.[0]
    if (root === undefined) throw new S3Error('MalformedXML')
    return root
  } catch (error) {
    if (error instanceof S3Error) throw error
    throw new S3Error('MalformedXML')
  }
}

function elementOf(ordered: unknown, depth: number): XmlElement {
  if (!Array.isArray(ordered) || depth > MAX_DEPTH) throw new S3Error('MalformedXML')
  const children = new Map<string, XmlElement[]>()
  let text = ''
  for (const item of ordered) {
    for (const [name, content] of Object.entries(item as Record<string, unknown>)) {
      if (name === '#text') {
        text += String(content)
        continue
      }
      const alike = children.get(name)
      const child = elementOf(content, depth + 1)
      if (alike === undefined) children.set(name, [child])
      else alike.push(child)
    }
  }
  return { text, children }
}

export function childrenOf(element: XmlElement, name: string): readonly XmlElement[] {
  return element.children.get(name) ?? []
}

/** The text of the first child of that name, trimmed; null when there is none. */
export function childText(element: XmlElement, name: string): string | null {
  return childrenOf(element, name)[0]?.text.trim() ?? null
}

/** The longest request lists 10,000 parts, each with up to seven child elements. */
const MAX_ELEMENTS = 80_100
/** S3's requests are never this deep. */
const MAX_DEPTH = 12
/** Tags in a request are short; the longest is the root's, which declares the namespace. */
const MAX_XML_TAG_CHARS = 1024
const MAX_TAGS_WITH_ATTRIBUTES = 100
const MAX_REFERENCES = 500_000
const MAX_COMMENTS = 2100

/**
 * The inside of a tag. Neither a quote nor `<` may appear where the parser would see the end of
 * another tag.
 */
const TAG =
  /^(?:\/[^\s"'<>/=&]+\s*|[^\s"'<>/=&]+(?:\s+[^\s"'<>/=&]+\s*=\s*(?:"[^"<>]*"|'[^'<>]*'))*\s*\/?)$/

/** Markup other than elements and text, each with its closing sequence. */
const SKIPPED = [
  ['<!--', '-->'],
  ['<![CDATA[', ']]>'],
  ['<?', '?>'],
] as const

/**
 * Scans a document once before it is parsed: it may be as long as its operation allows, but no
 * deeper, and with no more elements, than a request to S3 can be. A document type is refused,
 * because no request has one and it allows entities that expand.
 *
 * @throws S3Error MalformedXML
 */
function checkXmlLimits(source: string): void {
  let depth = 0
  let elements = 0
  let withAttributes = 0
  let skipped = 0
  for (let at = source.indexOf('<'); at >= 0; at = source.indexOf('<', at)) {
    const kind = SKIPPED.find(([start]) => source.startsWith(start, at))
    if (kind !== undefined) {
      skipped += 1
      at = endOf(source, kind[1], at + kind[0].length)
      if (skipped > MAX_COMMENTS) throw new S3Error('MalformedXML')
      continue
    }
    const end = endOf(source, '>', at)
    const tag = end - at - 2 > MAX_XML_TAG_CHARS ? '' : source.slice(at + 1, end - 1)
    if (!TAG.test(tag)) throw new S3Error('MalformedXML')
    at = end
    if (tag.includes('=')) withAttributes += 1
    if (tag.startsWith('/')) depth -= 1
    else elements += 1
    if (!tag.startsWith('/') && !tag.endsWith('/')) depth += 1
    if (depth < 0 || depth > MAX_DEPTH) throw new S3Error('MalformedXML')
    if (elements > MAX_ELEMENTS || withAttributes > MAX_TAGS_WITH_ATTRIBUTES) {
      throw new S3Error('MalformedXML')
    }
  }
  if (countOf(source, '&') > MAX_REFERENCES) throw new S3Error('MalformedXML')
}

/** The position after `mark`. A missing mark is searched for only once, because it is refused. */
function endOf(source: string, mark: string, from: number): number {
  const at = source.indexOf(mark, from)
  if (at < 0) throw new S3Error('MalformedXML')
  return at + mark.length
}

function countOf(source: string, char: string): number {
  let count = 0
  for (let at = source.indexOf(char); at >= 0; at = source.indexOf(char, at + 1)) count += 1
  return count
}
