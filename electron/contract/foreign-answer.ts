interface HttpAnswer {
  readonly status: number
  /** The `Content-Type` header, as sent; empty when there was none. */
  readonly contentType: string
  /** By which stores show themselves: `x-amz-request-id`. */
  readonly hasStoreHeader: boolean
  /** As much of the body as was read. */
  readonly text: string
}

/**
 * Headers with such names come from a store and from nothing in front of one; `x-amz-cf-` are
 * CloudFront's, which stands in front.
 */
export function isStoreHeader(name: string): boolean {
  return /^x-(amz-(?!cf-)|rgw|openstack)/i.test(name)
}

/** These say what is wrong by themselves, whoever says it. */
const TELLING: readonly number[] = [408, 413, 429]

/**
 * Whether a refusal is the page of something else than the store: a firewall, a proxy, a captive
 * portal. A store says no in XML with a `<Code>`, or with nothing at all; a proxy that merely
 * could not reach it (5xx) refuses nothing.
 */
export function isForeignRefusal(answer: HttpAnswer): boolean {
  const { status, contentType, hasStoreHeader, text } = answer
  const isRefusal = status >= 400 && status < 500 && !TELLING.includes(status)
  const isPage = /html|text\/plain|json/i.test(contentType) && text !== ''
  return isRefusal && isPage && !hasStoreHeader && !/<Code>/.test(text)
}
