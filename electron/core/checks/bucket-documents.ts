import { corsRuleFor, UNFINISHED_RULE_ID } from '../../contract/bucket-policies.ts'
import type { CorsRule } from '../../contract/commands/checks.ts'
import { isWindowOrigin } from '../../contract/cors.ts'
import {
  childrenOf,
  contentOf,
  newElement,
  parseOrdered,
  textOf,
  withContent,
  writeOrdered,
  type XmlDocument,
  type XmlElement,
  type XmlNode,
} from '../../lib/ordered-xml.ts'

const NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/'
/** S3 accepts CORS documents of up to 64 KB; a bucket's lifecycle documents are far shorter. */
const MAX_DOCUMENT_LENGTH = 64 * 1024

/**
 * Adds a rule to a bucket's CORS rules, or completes Ferry's own rule. The rule comes first,
 * because a store stops at the first rule that fits, and a rule that hides the ETag would fit as
 * well. All other rules stay unchanged. Null: the text is not a CORS document.
 */
export function withCorsRule(xml: string | null, rule: CorsRule): string | null {
  const document = documentOf(xml, 'CORSConfiguration')
  if (document === null) return null
  const { root } = document
  const ours = childrenOf(root).find(isFerrysRule)
  const others = contentOf(root).filter((node) => node !== ours?.node)
  const first = ours === undefined ? newRule(rule) : completedRule(ours, rule)
  return writeOrdered(document, beforeElements(others, root, first))
}

/** Comments and white space at the beginning stay there. */
function beforeElements(
  content: readonly XmlNode[],
  parent: XmlElement,
  added: XmlNode,
): readonly XmlNode[] {
  const elements = new Set(childrenOf(parent).map(({ node }) => node))
  const at = content.findIndex((node) => elements.has(node))
  return at < 0 ? [...content, added] : content.toSpliced(at, 0, added)
}

function newRule(rule: CorsRule): XmlNode {
  const elements = (name: string, texts: readonly string[]) =>
    texts.map((text) => newElement(name, text))
  return newElement('CORSRule', [
    ...elements('AllowedMethod', rule.allowedMethods),
    ...elements('AllowedOrigin', rule.allowedOrigins),
    ...elements('AllowedHeader', rule.allowedHeaders),
    ...elements('ExposeHeader', rule.exposeHeaders),
    ...elements('MaxAgeSeconds', [String(rule.maxAgeSeconds)]),
  ])
}

/**
 * True for a rule that an earlier version of Ferry set for its window: our methods, any header, no
 * exposed headers but ours, and no origins but this computer's. A rule with anything else in it
 * belongs to somebody else.
 */
function isFerrysRule(element: XmlElement): boolean {
  if (element.name !== 'CORSRule') return false
  const { allowedMethods, exposeHeaders } = corsRuleFor('')
  const texts = (name: string) => textsOf(element, name)
  const exposed = texts('ExposeHeader')
  const known = new Set(exposeHeaders.map((header) => header.toLowerCase()))
  return (
    childrenOf(element).every(
      (child) => RULE_ELEMENTS.has(child.name) && childrenOf(child).length === 0,
    ) &&
    isSameSet(texts('AllowedMethod'), allowedMethods) &&
    isSameSet(texts('AllowedHeader'), ['*']) &&
    exposed.some((header) => header.toLowerCase() === 'etag') &&
    exposed.every((header) => known.has(header.toLowerCase())) &&
    texts('AllowedOrigin').every(isWindowOrigin)
  )
}

const RULE_ELEMENTS: ReadonlySet<string> = new Set([
  'ID',
  'AllowedMethod',
  'AllowedOrigin',
  'AllowedHeader',
  'ExposeHeader',
  'MaxAgeSeconds',
])

/** Adds the missing origins and headers to the rule, each before the first of its kind. */
function completedRule(element: XmlElement, rule: CorsRule): XmlNode {
  const wanted = [
    { name: 'AllowedOrigin', texts: rule.allowedOrigins },
    { name: 'ExposeHeader', texts: rule.exposeHeaders },
  ]
  const content = wanted.reduce((nodes, { name, texts }) => {
    const first = childrenOf(element).find((child) => child.name === name)
    const at = first === undefined ? 0 : nodes.indexOf(first.node)
    return nodes.toSpliced(at, 0, ...missingElements(element, name, texts))
  }, contentOf(element))
  return withContent(element.node, content)
}

function missingElements(element: XmlElement, name: string, texts: readonly string[]): XmlNode[] {
  const present = new Set(textsOf(element, name).map((text) => text.toLowerCase()))
  return texts
    .filter((text) => !present.has(text.toLowerCase()))
    .map((text) => newElement(name, text))
}

/**
 * Adds a rule for objects below `prefix` to a bucket's lifecycle rules. S3 has an older form of
 * rules and does not accept both forms in one document: docs.aws.amazon.com/AmazonS3/latest/API/
 * API_LifecycleRule.html (`Prefix` and `Filter`). Null: the text is not a lifecycle document.
 */
export function withUnfinishedRule(
  xml: string | null,
  prefix: string,
  days: number,
): string | null {
  const document = documentOf(xml, 'LifecycleConfiguration')
  if (document === null) return null
  const rules = childrenOf(document.root).filter(({ name }) => name === 'Rule')
  const hasFilter = rules.some((rule) => childrenOf(rule).some(({ name }) => name === 'Filter'))
  const isOld = rules.length > 0 && !hasFilter
  const place = newElement('Prefix', prefix)
  const added = newElement('Rule', [
    newElement('ID', freeId(rules)),
    isOld ? place : newElement('Filter', [place]),
    newElement('Status', 'Enabled'),
    newElement('AbortIncompleteMultipartUpload', [newElement('DaysAfterInitiation', String(days))]),
  ])
  return writeOrdered(document, afterElements(document.root, added))
}

/** Comments and white space at the end stay there. */
function afterElements(parent: XmlElement, added: XmlNode): readonly XmlNode[] {
  const content = contentOf(parent)
  const last = childrenOf(parent).at(-1)
  const at = last === undefined ? content.length : content.indexOf(last.node) + 1
  return content.toSpliced(at, 0, added)
}

/** The rules of one bucket need unique names. */
function freeId(rules: readonly XmlElement[]): string {
  const taken = new Set(rules.flatMap((rule) => textsOf(rule, 'ID')))
  let id = UNFINISHED_RULE_ID
  for (let count = 2; taken.has(id); count += 1) id = `${UNFINISHED_RULE_ID}-${count}`
  return id
}

/**
 * Creates a new document if the bucket has none. Null: the text is a different document, or not
 * one.
 */
function documentOf(xml: string | null, name: string): XmlDocument | null {
  const text = xml ?? `<${name} xmlns="${NAMESPACE}"/>`
  const document = parseOrdered(text, MAX_DOCUMENT_LENGTH)
  return document?.root.name === name ? document : null
}

function textsOf(element: XmlElement, name: string): readonly string[] {
  return childrenOf(element)
    .filter((child) => child.name === name)
    .map(textOf)
}

function isSameSet(texts: readonly string[], wanted: readonly string[]): boolean {
  return new Set(texts).size === wanted.length && wanted.every((each) => texts.includes(each))
}
