import { S3Error } from '../../local-bucket/http/errors.ts'

export interface ParsedHeader {
  /** Lower case. */
  readonly value: string
  /** Names in lower case. */
  readonly parameters: ReadonlyMap<string, string>
}

/** RFC 9110, 5.6.6, with the characters that browsers leave unescaped in a quoted name. */
const PARAMETER = /[ \t]*;[ \t]*([a-z0-9*_-]+)=(?:"([^"\r\n]*)"|([^\s;",]+))/iy

/**
 * Reads `value; name="text"; …` from its beginning to its end, so that nothing inside quotes is taken
 * for a parameter.
 *
 * @throws S3Error MalformedPOSTRequest for what two readers could understand in two ways.
 */
export function parsedHeader(text: string): ParsedHeader {
  const malformed = () => new S3Error('MalformedPOSTRequest')
  const value = /^[^;]*/.exec(text)?.[0] ?? ''
  const parameters = new Map<string, string>()
  for (let at = value.length; at < text.length; at = PARAMETER.lastIndex) {
    PARAMETER.lastIndex = at
    const match = PARAMETER.exec(text)
    if (match === null) {
      if (/^[ \t]*;?[ \t]*$/.test(text.slice(at))) break
      throw malformed()
    }
    const name = (match[1] ?? '').toLowerCase()
    if (parameters.has(name)) throw malformed()
    parameters.set(name, match[2] ?? match[3] ?? '')
  }
  return { value: value.trim().toLowerCase(), parameters }
}
