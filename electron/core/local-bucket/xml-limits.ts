import { S3Error } from '../../local-bucket/http/errors.ts'

/** The longest request names 10,000 parts: a part's element holds up to seven others. */
const MAX_ELEMENTS = 80_100
/** Deeper than any request of S3's. */
export const MAX_DEPTH = 12
/** A request's tags are short; the longest is the root's, which names the namespace. */
const MAX_XML_TAG_CHARS = 1024
const MAX_TAGS_WITH_ATTRIBUTES = 100
const MAX_REFERENCES = 500_000
const MAX_COMMENTS = 2100

/** A tag's inside. Neither a quote nor `<` can stand where the parser would see another tag's end. */
const TAG =
  /^(?:\/[^\s"'<>/=&]+\s*|[^\s"'<>/=&]+(?:\s+[^\s"'<>/=&]+\s*=\s*(?:"[^"<>]*"|'[^'<>]*'))*\s*\/?)$/

/** The markup that a document may hold beside elements and text, each with its end. */
const SKIPPED = [
  ['<!--', '-->'],
  ['<![CDATA[', ']]>'],
  ['<?', '?>'],
] as const

/**
 * Goes over a document once, before a parser builds anything of it: it may be as long as its
 * operation allows, but no deeper, and of no more pieces, than a request of S3's can be. A document
 * type is refused, for no request has one and it is the way to entities that expand.
 *
 * @throws S3Error MalformedXML
 */
export function checkXmlLimits(source: string): void {
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

/** Where the text after `mark` begins. A mark that is missing is looked for once: it is refused. */
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
