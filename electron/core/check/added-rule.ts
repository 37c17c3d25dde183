import { UNFINISHED_RULE_ID } from '../../contract/bucket-policies.ts'
import type { CorsRule } from '../../contract/check.ts'

const NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/'

/**
 * A bucket's CORS rules with one more. It stands first: a store stops at the first rule that fits,
 * and one that hides the ETag would fit as well. Null: the text is no such document.
 */
export function withCorsRule(xml: string | null, rule: CorsRule): string | null {
  const element = `<CORSRule>${[
    ...tags('AllowedMethod', rule.allowedMethods),
    ...tags('AllowedOrigin', rule.allowedOrigins),
    ...tags('AllowedHeader', rule.allowedHeaders),
    ...tags('ExposeHeader', rule.exposeHeaders),
    ...tags('MaxAgeSeconds', [String(rule.maxAgeSeconds)]),
  ].join('')}</CORSRule>`
  return insideOf('CORSConfiguration', xml, (rules) => element + rules)
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
  return insideOf('LifecycleConfiguration', xml, (rules) => {
    const isOld = rules.includes('<Rule>') && !/<Filter\b/.test(rules)
    const [place = ''] = tags('Prefix', [prefix])
    const element = [
      ...tags('ID', [freeId(rules)]),
      isOld ? place : `<Filter>${place}</Filter>`,
      ...tags('Status', ['Enabled']),
      `<AbortIncompleteMultipartUpload><DaysAfterInitiation>${days}</DaysAfterInitiation>`,
      '</AbortIncompleteMultipartUpload>',
    ]
    return `${rules}<Rule>${element.join('')}</Rule>`
  })
}

function insideOf(root: string, xml: string | null, change: (rules: string) => string) {
  if (xml === null) return `<${root} xmlns="${NAMESPACE}">${change('')}</${root}>`
  const found = new RegExp(`^([\\s\\S]*?<${root}\\b[^>]*?)(?:/>|>([\\s\\S]*)</${root}>)\\s*$`).exec(
    xml,
  )
  const [, head, rules = ''] = found ?? []
  return head === undefined ? null : `${head}>${change(rules)}</${root}>`
}

/** Rules of one bucket have names of their own. */
function freeId(rules: string): string {
  const isTaken = (id: string) => rules.includes(`>${id}<`)
  let id = UNFINISHED_RULE_ID
  for (let count = 2; isTaken(id); count += 1) id = `${UNFINISHED_RULE_ID}-${count}`
  return id
}

function tags(name: string, texts: readonly string[]): readonly string[] {
  return texts.map((text) => `<${name}>${escaped(text)}</${name}>`)
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
