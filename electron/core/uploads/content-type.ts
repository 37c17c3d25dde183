import mime from 'mime'

const UNKNOWN = 'application/octet-stream'
/** RFC 9110 section 8.3.1, parameters included; also keeps line breaks out of a signed header. */
const MEDIA_TYPE =
  /^[\w!#$&^.+-]{1,127}\/[\w!#$&^.+-]{1,127}(?:\s*;\s*[\w!#$&^.+-]+=(?:[\w!#$&^.+-]+|"[^"\r\n]*"))*$/

/** The browser's word first: it asks the system; then the name's extension. */
export function contentTypeOf(fromBrowser: string, name: string): string {
  const stated = fromBrowser.trim()
  if (MEDIA_TYPE.test(stated)) return stated
  return mime.getType(name) ?? UNKNOWN
}
