import { XMLBuilder, XMLParser, XMLValidator } from 'fast-xml-parser'

/**
 * One node as the library parses it in order: an element, a text, a comment, CDATA or a
 * declaration.
 */
export type XmlNode = Readonly<Record<string, unknown>>

/**
 * An element that keeps its attributes, comments, white space and references when it is written.
 */
export interface XmlElement {
  readonly name: string
  readonly node: XmlNode
}

/** All nodes of a document, including its declaration and root. */
export interface XmlDocument {
  readonly nodes: readonly XmlNode[]
  readonly root: XmlElement
}

const MAX_DEPTH = 12
const [TEXT, CDATA, COMMENT, ATTRIBUTES] = ['#text', '#cdata', '#comment', ':@'] as const

const ORDERED = {
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  textNodeName: TEXT,
  cdataPropName: CDATA,
  commentPropName: COMMENT,
  // References stay unchanged, and nothing is expanded.
  processEntities: false,
} as const

const parser = new XMLParser({
  ...ORDERED,
  parseTagValue: false,
  trimValues: false,
  maxNestedTags: MAX_DEPTH,
  // Each name is a key of a node of its own, so that `toString` does no harm.
  onDangerousProperty: (name) => name,
})
const builder = new XMLBuilder({
  ...ORDERED,
  suppressEmptyNode: true,
  // A value in single quotes may contain a double one.
  attributeValueProcessor: (_name, value) => String(value).replaceAll('"', '&quot;'),
})
const escapingBuilder = new XMLBuilder({ ...ORDERED, processEntities: true })

/**
 * Parses a document and keeps its order. Null if it is not XML, is too long or too deep, or has a
 * processing instruction, which the library does not keep completely, or a document type: no S3
 * document has either, and a document type allows entity expansion (CWE-776).
 */
export function parseOrdered(xml: string, maxLength: number): XmlDocument | null {
  if (xml.length > maxLength || /<!(DOCTYPE|ENTITY)/i.test(xml)) return null
  try {
    if (XMLValidator.validate(xml) !== true) return null
    const nodes: readonly XmlNode[] = parser.parse(xml)
    const [root, ...others] = elementsAmong(nodes)
    if (root === undefined || others.length > 0 || hasInstruction(nodes)) return null
    return { nodes, root }
  } catch {
    // The nesting is too deep, or a name occurs that no document of a store has (`__proto__`).
    return null
  }
}

/** Writes the document with new content in its root. */
export function writeOrdered({ nodes, root }: XmlDocument, content: readonly XmlNode[]): string {
  const changed = withContent(root.node, content)
  return builder.build(nodes.map((node) => (node === root.node ? changed : node)))
}

/** A new element; its texts are escaped. */
export function newElement(name: string, content: string | readonly XmlNode[]): XmlNode {
  if (typeof content !== 'string') return { [name]: content }
  const escaped = escapingBuilder.build([{ [TEXT]: content }])
  return { [name]: [{ [TEXT]: escaped }] }
}

/** Everything between the element's tags. */
export function contentOf({ name, node }: XmlElement): readonly XmlNode[] {
  const content = node[name]
  return Array.isArray(content) ? content : []
}

export function childrenOf(element: XmlElement): readonly XmlElement[] {
  return elementsAmong(contentOf(element))
}

/** The element's own text without the white space around it; references in it stay unchanged. */
export function textOf(element: XmlElement): string {
  const texts = contentOf(element).map((node) => {
    const cdata = node[CDATA]
    return Array.isArray(cdata) ? cdata.map(ownText).join('') : ownText(node)
  })
  return texts.join('').trim()
}

/** The same element with its attributes, but with new content. */
export function withContent(node: XmlNode, content: readonly XmlNode[]): XmlNode {
  const name = nameOf(node)
  return name === null ? node : { ...node, [name]: content }
}

function elementsAmong(nodes: readonly XmlNode[]): XmlElement[] {
  return nodes.flatMap((node) => {
    const name = nameOf(node)
    return name === null ? [] : [{ name, node }]
  })
}

/** Null if the node is no element. */
function nameOf(node: XmlNode): string | null {
  const name = Object.keys(node).find((key) => key !== ATTRIBUTES)
  return name === undefined || name.startsWith('#') || name.startsWith('?') ? null : name
}

function hasInstruction(nodes: readonly XmlNode[]): boolean {
  return nodes.some((node) =>
    Object.entries(node).some(([name, content]) => {
      if (name.startsWith('?')) return name !== '?xml'
      return Array.isArray(content) && hasInstruction(content)
    }),
  )
}

function ownText(node: XmlNode): string {
  return String(node[TEXT] ?? '')
}
