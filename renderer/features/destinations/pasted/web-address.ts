import { knownHost } from '../../../../electron/contract/providers/lookup.ts'
import { parseConsolePage } from './console-page.ts'
import type { Pasted } from './pasted.ts'
import { definedFields } from './place.ts'
import { parseStoreAddress } from './store-address.ts'

/** A signed link with a session's token has half of that; servers take no more. */
const MAX_LENGTH = 8 * 1024

/** An endpoint, a signed link or a page of a store's website. */
export function parseWebAddress(text: string): Pasted | null {
  if (text.length > MAX_LENGTH || /\s/.test(text)) return null
  const hasScheme = /^https?:\/\//i.test(text)
  if (!hasScheme) return parseBareAddress(text)
  const url = URL.parse(text)
  if (url === null) return null
  const found = knownHost(url.hostname) === null ? parseConsolePage(url) : null
  return found ?? withKeys(url, parseStoreAddress(url))
}

/** Without a scheme a known store, or a host that nothing else could be: `minio:9000`. */
function parseBareAddress(text: string): Pasted | null {
  // In one pass: what could be a host and what must be in one are asked apart.
  const typed = /^(?<host>[a-z0-9.-]{1,253}|\[[0-9a-f:.]{2,45}\])(?<port>:\d{1,5})?(?:[/?]|$)/i
  const { host = '', port } = typed.exec(text)?.groups ?? {}
  if (!/[a-z.[]/i.test(host)) return null
  const url = URL.parse(`https://${text}`)
  if (url === null) return null
  if (knownHost(url.hostname) !== null) return parseStoreAddress(url)
  const isSure = port !== undefined || /^(?:localhost|\[.*\]|(?:\d+\.){3}\d+)$/i.test(host)
  const page = parseConsolePage(url)
  if (page !== null || !isSure) return page
  const found = parseStoreAddress(url)
  // The host chooses the scheme by where the server stands, and says so.
  return found && { ...found, fields: { ...found.fields, endpoint: `${host}${port ?? ''}` } }
}

/** `https://KEY:SECRET@host`, as MinIO's client keeps it in a variable. */
function withKeys(url: URL, pasted: Pasted | null): Pasted | null {
  if (pasted === null || url.username === '' || url.password === '') return pasted
  const keys = definedFields({
    accessKeyId: decodeURIComponent(url.username),
    secretAccessKey: decodeURIComponent(url.password),
  })
  return { ...pasted, fields: { ...pasted.fields, ...keys, credentialKind: 'keys' } }
}
