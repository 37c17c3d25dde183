import mime from 'mime'
import { contentTypeByRules, withCharset } from '../../contract/content-type.ts'
import type { UploadRules } from '../../contract/rules/upload-rules.ts'
import type { TextEncoding } from '../../contract/text-encoding.ts'

const UNKNOWN = 'application/octet-stream'
/** RFC 9110 section 8.3.1, parameters included; also keeps line breaks out of a signed header. */
const MEDIA_TYPE =
  /^[\w!#$&^.+-]{1,127}\/[\w!#$&^.+-]{1,127}(?:\s*;\s*[\w!#$&^.+-]+=(?:[\w!#$&^.+-]+|"[^"\r\n]*"))*$/

export function isMediaType(text: string): boolean {
  return MEDIA_TYPE.test(text)
}

/**
 * The destination's rule for the extension; then the browser's word, which has asked the system or
 * looked into the file; then what the extension means everywhere. A text that says no encoding gets
 * the one that was found in its bytes.
 */
export function contentTypeOf(
  rules: Pick<UploadRules, 'contentTypes'>,
  fromBrowser: string,
  name: string,
  encoding: TextEncoding | null,
): string {
  const stated = fromBrowser.trim()
  const known = isMediaType(stated) ? stated : (mime.getType(name) ?? UNKNOWN)
  return withCharset(contentTypeByRules(rules, name) ?? known, encoding)
}
