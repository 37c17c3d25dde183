/** Names in lower case. */
export type AnswerHeaders = Readonly<Record<string, string | undefined>>

/**
 * Headers of S3 and of what imitates it, which nothing in front of a store sends; `x-amz-cf-` are
 * CloudFront's, which stands in front.
 */
export function isStoreHeader(name: string): boolean {
  return STORE_HEADER.test(name)
}

const STORE_HEADER =
  /^x-(amz-(?!cf-)|rgw-|openstack-|trans-id|minio-|goog-|oss-|cos-|obs-|emc-|clv-|ntap-|wasabi-|bz-|scal-)/i

/**
 * A web page or plain words in the place of S3's document: of a firewall, a proxy, a captive portal.
 * A store says no in XML, or with nothing at all.
 */
export function isForeignAnswer(headers: AnswerHeaders, text: string): boolean {
  const start = text.slice(0, 4000)
  if (start.trim() === '' || Object.keys(headers).some(isStoreHeader)) return false
  const isPage = /html|json|text\/plain/i.test(headers['content-type'] ?? '')
  return isPage || /^\s*<(!doctype|html)/i.test(start)
}
