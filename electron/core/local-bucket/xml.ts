import { XMLParser, XMLValidator } from 'fast-xml-parser'
import { S3Error } from '../../local-bucket/http/errors.ts'
import { checkXmlLimits, MAX_DEPTH } from './xml-limits.ts'

/** A piece of a document: `[name, text or children]`; null and undefined children are left out. */
export type XmlNode = readonly [name: string, content: string | readonly (XmlNode | null)[]]

const NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/'
export const XML_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'

/** One answer document in S3's namespace, without the declaration. */
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

/** A child that is there only when it has a text. */
export function optionalNode(name: string, text: string | null | undefined): XmlNode | null {
  return text === null || text === undefined || text === '' ? null : [name, text]
}

function written(node: XmlNode | null): string {
  if (node === null) return ''
  const [name, content] = node
  const inside = typeof content === 'string' ? escaped(content) : content.map(written).join('')
  return `<${name}>${inside}</${name}>`
}

/** Control characters go out as references, as S3 does, so that a carriage return survives. */
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

/** A document's element: its own text and its children by name, in order. */
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

/** Reads a document whose root is `rootName`, in time that grows with its length and no faster. */
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
