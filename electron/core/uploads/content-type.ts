import mime from 'mime'
import type { UploadRules } from '../../contract/rules.ts'

const UNKNOWN = 'application/octet-stream'
/** RFC 9110 section 8.3.1, parameters included; also keeps line breaks out of a signed header. */
const MEDIA_TYPE =
  /^[\w!#$&^.+-]{1,127}\/[\w!#$&^.+-]{1,127}(?:\s*;\s*[\w!#$&^.+-]+=(?:[\w!#$&^.+-]+|"[^"\r\n]*"))*$/

export function isMediaType(text: string): boolean {
  return MEDIA_TYPE.test(text)
}

/**
 * The destination's rule for the extension; then the browser's word, which has asked the system or
 * looked into the file; then what the extension means everywhere.
 */
export function contentTypeOf(
  rules: Pick<UploadRules, 'contentTypes'>,
  fromBrowser: string,
  name: string,
): string {
  const ruled = rules.contentTypes.find((each) => hasExtension(name, each.name))
  if (ruled !== undefined) return ruled.value
  const stated = fromBrowser.trim()
  return isMediaType(stated) ? stated : (mime.getType(name) ?? UNKNOWN)
}

/** `archive.tar.gz` has the extensions `gz` and `tar.gz`; `.gz` is a name and has none. */
export function hasExtension(name: string, extension: string): boolean {
  const wanted = `.${extension.toLowerCase()}`
  return name.length > wanted.length && name.toLowerCase().endsWith(wanted)
}
