import { corsRuleFor, UNFINISHED_RULE_ID } from '../../contract/bucket-policies.ts'
import type { CorsRule } from '../../contract/commands/checks.ts'
import { isWindowOrigin } from '../../contract/cors.ts'
import {
  inserted,
  parseOrdered,
  withChild,
  without,
  writtenXml,
  type XmlElement,
  type XmlNode,
} from '../../lib/ordered-xml.ts'

const NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/'

/**
 * A bucket's CORS rules with one more, or with Ferry's own rule completed. It stands first: a store
 * stops at the first rule that fits, and one that hides the ETag would fit as well. All other rules
 * stay letter for letter. Null: the text is no such document.
 */
export function withCorsRule(xml: string | null, rule: CorsRule): string | null {
  const document = xml ?? `<CORSConfiguration xmlns="${NAMESPACE}"></CORSConfiguration>`
  const root = rootOf(document, 'CORSConfiguration')
  if (root === null) return null
  const ours = root.children.find((child) => isFerrysRule(child))
  if (ours === undefined) return withChild(document, root, writtenRule(rule), 'first')
  const completed = completedRule(document, ours, rule)
  const others = without(document, ours)
  const othersRoot = rootOf(others, 'CORSConfiguration')
  return othersRoot === null ? null : withChild(others, othersRoot, completed, 'first')
}

function writtenRule(rule: CorsRule): string {
  const nodes = (name: string, texts: readonly string[]) =>
    texts.map((text) => [name, text] as const)
  return writtenXml([
    [
      'CORSRule',
      [
        ...nodes('AllowedMethod', rule.allowedMethods),
        ...nodes('AllowedOrigin', rule.allowedOrigins),
        ...nodes('AllowedHeader', rule.allowedHeaders),
        ...nodes('ExposeHeader', rule.exposeHeaders),
        ...nodes('MaxAgeSeconds', [String(rule.maxAgeSeconds)]),
      ],
    ],
  ])
}

/**
 * A rule that an earlier Ferry has set for its window: our methods, any header, nothing exposed but
 * what we ask for, and no origin but those of this computer. A rule with anything else in it is
 * somebody's own.
 */
function isFerrysRule(element: XmlElement): boolean {
  if (element.name !== 'CORSRule') return false
  const { allowedMethods, exposeHeaders } = corsRuleFor('')
  const texts = (name: string) => textsOf(element, name)
  const exposed = texts('ExposeHeader')
  const known = new Set(exposeHeaders.map((header) => header.toLowerCase()))
  return (
    element.children.every(
      ({ name, children }) => RULE_ELEMENTS.has(name) && children.length === 0,
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

/** The rule's own text, with the origins and headers that it lacks beside those of their kind. */
function completedRule(xml: string, element: XmlElement, rule: CorsRule): string {
  const own = xml.slice(element.start, element.end)
  const additions = [
    { name: 'AllowedOrigin', texts: rule.allowedOrigins },
    { name: 'ExposeHeader', texts: rule.exposeHeaders },
  ].map(({ name, texts }) => {
    const beside = element.children.find((child) => child.name === name)
    const at = (beside?.start ?? element.start) - element.start
    return { at, text: writtenXml(missingNodes(element, name, texts)) }
  })
  // From the back, so that the places before keep their number.
  return additions
    .sort((one, other) => other.at - one.at)
    .reduce((changed, { at, text }) => inserted(changed, at, text), own)
}

function missingNodes(element: XmlElement, name: string, texts: readonly string[]): XmlNode[] {
  const there = new Set(textsOf(element, name).map((text) => text.toLowerCase()))
  return texts.filter((text) => !there.has(text.toLowerCase())).map((text) => [name, text])
}

/**
 * A bucket's lifecycle rules with one more, for what lies below `prefix`. S3 has an older form of
 * rules and does not take both in one document: docs.aws.amazon.com/AmazonS3/latest/API/
 * API_LifecycleRule.html (`Prefix` and `Filter`). Null: the text is no such document.
 */
export function withUnfinishedRule(
  xml: string | null,
  prefix: string,
  days: number,
): string | null {
  const document = xml ?? `<LifecycleConfiguration xmlns="${NAMESPACE}"></LifecycleConfiguration>`
  const root = rootOf(document, 'LifecycleConfiguration')
  if (root === null) return null
  const rules = root.children.filter(({ name }) => name === 'Rule')
  const hasFilter = rules.some((rule) => rule.children.some(({ name }) => name === 'Filter'))
  const isOld = rules.length > 0 && !hasFilter
  const place: XmlNode = ['Prefix', prefix]
  const element = writtenXml([
    [
      'Rule',
      [
        ['ID', freeId(rules)],
        isOld ? place : ['Filter', [place]],
        ['Status', 'Enabled'],
        ['AbortIncompleteMultipartUpload', [['DaysAfterInitiation', String(days)]]],
      ],
    ],
  ])
  return withChild(document, root, element, 'last')
}

/** Rules of one bucket have names of their own. */
function freeId(rules: readonly XmlElement[]): string {
  const taken = new Set(rules.flatMap((rule) => textsOf(rule, 'ID')))
  let id = UNFINISHED_RULE_ID
  for (let count = 2; taken.has(id); count += 1) id = `${UNFINISHED_RULE_ID}-${count}`
  return id
}

function rootOf(xml: string, name: string): XmlElement | null {
  const root = parseOrdered(xml)
  return root?.name === name ? root : null
}

function textsOf(element: XmlElement, name: string): readonly string[] {
  return element.children.filter((child) => child.name === name).map(({ text }) => text.trim())
}

function isSameSet(texts: readonly string[], wanted: readonly string[]): boolean {
  return new Set(texts).size === wanted.length && wanted.every((each) => texts.includes(each))
}
