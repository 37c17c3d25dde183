import { XMLBuilder, XMLParser, XMLValidator } from 'fast-xml-parser'

/** An element of somebody's document, with its place in the text. */
export interface XmlElement {
  readonly name: string
  /** Its own text as it stands there, references and all. */
  readonly text: string
  readonly children: readonly XmlElement[]
  readonly start: number
  readonly end: number
}

/** A bucket's longest CORS or lifecycle document is far shorter: S3 takes 64 KB of the one. */
const MAX_SETTING_LENGTH = 64 * 1024
/** Lifecycle rules have a depth of 5. */
const MAX_DEPTH = 12

const parser = new XMLParser({
  preserveOrder: true,
  captureMetaData: true,
  ignoreAttributes: true,
  parseTagValue: false,
  trimValues: false,
  ignorePiTags: true,
  ignoreDeclaration: true,
  // Texts stay as they came, and nothing is expanded.
  processEntities: false,
  maxNestedTags: MAX_DEPTH,
})
/** The types say `Symbol`, which no key is. */
const PLACE = XMLParser.getMetaDataSymbol() as unknown as symbol

/**
 * The root of a document, in order. Null for what is none, is too long or too deep, or has a
 * document type: no S3 document has one, and it is the door to entity expansion (CWE-776).
 */
export function parseOrdered(xml: string): XmlElement | null {
  if (xml.length > MAX_SETTING_LENGTH || /<!(DOCTYPE|ENTITY)/i.test(xml)) return null
  try {
    if (XMLValidator.validate(xml) !== true) return null
    const roots = elementsIn(parser.parse(xml))
    return roots.length === 1 ? (roots[0] ?? null) : null
  } catch {
    // Nesting without end, or a name that no document of a store has (`__proto__`).
    return null
  }
}

type Node = Readonly<Record<string | symbol, unknown>>

function elementsIn(content: unknown): XmlElement[] {
  if (!Array.isArray(content)) return []
  return (content as readonly Node[]).flatMap((node) => {
    const [name, inner] = Object.entries(node)[0] ?? []
    const place = node[PLACE] as { startIndex: number; endIndex: number } | undefined
    if (name === undefined || name.startsWith('#') || place === undefined) return []
    const { startIndex: start, endIndex: end } = place
    return [{ name, text: ownText(inner), children: elementsIn(inner), start, end }]
  })
}

function ownText(content: unknown): string {
  if (!Array.isArray(content)) return ''
  return content.map((node: Node) => String(node['#text'] ?? '')).join('')
}

/** `[name, text or children]`, to be written. */
export type XmlNode = readonly [name: string, content: string | readonly XmlNode[]]

const builder = new XMLBuilder({ preserveOrder: true, processEntities: true })

export function writtenXml(nodes: readonly XmlNode[]): string {
  return builder.build(nodes.map(ordered))
}

function ordered([name, content]: XmlNode): object {
  return { [name]: typeof content === 'string' ? [{ '#text': content }] : content.map(ordered) }
}

/** Puts text into a document behind the last, or before the first, child of its root. */
export function withChild(
  xml: string,
  root: XmlElement,
  element: string,
  where: 'first' | 'last',
): string {
  const child = where === 'first' ? root.children[0] : root.children.at(-1)
  if (child !== undefined)
    return inserted(xml, where === 'first' ? child.start : child.end, element)
  const own = xml.slice(root.start, root.end)
  if (!own.endsWith('/>')) {
    return inserted(xml, root.start + own.lastIndexOf('</'), element)
  }
  // An empty root gets an end of its own, under the name that it has there.
  const open = own.slice(0, -2).trimEnd()
  const [name = root.name] = open.slice(1).split(/\s/, 1)
  return `${xml.slice(0, root.start)}${open}>${element}</${name}>${xml.slice(root.end)}`
}

export function inserted(xml: string, at: number, text: string): string {
  return xml.slice(0, at) + text + xml.slice(at)
}

export function without(xml: string, { start, end }: XmlElement): string {
  return xml.slice(0, start) + xml.slice(end)
}
