import { knownHost } from '../../../../electron/contract/providers.ts'
import { consolePage } from './console-page.ts'
import type { Pasted } from './pasted.ts'
import { filled } from './place.ts'
import { storeAddress } from './store-address.ts'

/** An endpoint, a signed link or a page of a store's website. */
export function webAddress(text: string): Pasted | null {
  if (/\s/.test(text)) return null
  const hasScheme = /^https?:\/\//i.test(text)
  if (!hasScheme) return bareAddress(text)
  const url = URL.parse(text)
  if (url === null) return null
  const found = knownHost(url.hostname) === null ? consolePage(url) : null
  return found ?? withKeys(url, storeAddress(url))
}

/** Without a scheme a known store, or a host that nothing else could be: `minio:9000`. */
function bareAddress(text: string): Pasted | null {
  const typed = /^(?<host>[a-z0-9.-]*[a-z.][a-z0-9.-]*|\[[0-9a-f:.]+\])(?<port>:\d+)?(?:[/?]|$)/i
  const { host, port } = typed.exec(text)?.groups ?? {}
  const url = host === undefined ? null : URL.parse(`https://${text}`)
  if (host === undefined || url === null) return null
  if (knownHost(url.hostname) !== null) return storeAddress(url)
  const isSure = port !== undefined || /^(?:localhost|\[.*\]|(?:\d+\.){3}\d+)$/i.test(host)
  const page = consolePage(url)
  if (page !== null || !isSure) return page
  const found = storeAddress(url)
  // The host chooses the scheme by where the server stands, and says so.
  return found && { ...found, fields: { ...found.fields, endpoint: `${host}${port ?? ''}` } }
}

/** `https://KEY:SECRET@host`, as MinIO's client keeps it in a variable. */
function withKeys(url: URL, pasted: Pasted | null): Pasted | null {
  if (pasted === null || url.username === '' || url.password === '') return pasted
  const keys = filled({
    accessKeyId: decodeURIComponent(url.username),
    secretAccessKey: decodeURIComponent(url.password),
  })
  return { ...pasted, fields: { ...pasted.fields, ...keys, credentialKind: 'keys' } }
}
