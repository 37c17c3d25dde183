import { knownHost, PROVIDERS } from '../../../../electron/contract/providers/lookup.ts'
import type { ConsolePage } from '../../../../electron/contract/providers/provider.ts'
import { decoded, definedFields, locationFields, type Pasted } from './pasted-fields.ts'
import { parseStoreAddress } from './store-address.ts'

/** Servers accept no more; a presigned URL with a session token has half of that. */
const MAX_LENGTH = 8 * 1024

/** Reads an endpoint, a presigned URL or a page of a store's website. */
export function parseWebAddress(text: string): Pasted | null {
  if (text.length > MAX_LENGTH || /\s/.test(text)) return null
  const hasScheme = /^https?:\/\//i.test(text)
  if (!hasScheme) return parseBareAddress(text)
  const url = URL.parse(text)
  if (url === null) return null
  const found = knownHost(url.hostname) === null ? parseConsolePage(url) : null
  return found ?? withKeys(url, parseStoreAddress(url))
}

/** Without a scheme, accepts a known store or an unambiguous host such as `minio:9000`. */
function parseBareAddress(text: string): Pasted | null {
  // Linear time: the next line checks separately that it looks like a host.
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
  // The host chooses the scheme, and adds a note.
  return found && { ...found, fields: { ...found.fields, endpoint: `${host}${port ?? ''}` } }
}

/** Reads `https://KEY:SECRET@host`, which MinIO's client keeps in a variable. */
function withKeys(url: URL, pasted: Pasted | null): Pasted | null {
  if (pasted === null || url.username === '' || url.password === '') return pasted
  const keys = definedFields({
    accessKeyId: decodeURIComponent(url.username),
    secretAccessKey: decodeURIComponent(url.password),
  })
  return { ...pasted, fields: { ...pasted.fields, ...keys, credentialKind: 'keys' } }
}

/** Reads the address of a page that shows a bucket on a store's website. */
function parseConsolePage(url: URL): Pasted | null {
  // Single-page consoles keep their path after the `#`.
  const shown = url.hash.startsWith('#/') ? `${url.host}/${url.hash}` : url.host + url.pathname
  const [address = ''] = shown.split('?')
  for (const provider of PROVIDERS) {
    for (const page of provider.consoles) {
      const groups = page.page.exec(address)
      if (groups === null) continue
      const said = { ...groups.groups }
      const asked = paramsOf(url)
      const bucket = decoded(said.bucket ?? asked.bucket ?? '')
      const place = {
        provider,
        region: asked.region ?? asked.bucketRegion ?? said.region ?? null,
        bucket,
        path: asked.prefix || asked.path || decoded(said.prefix ?? ''),
        endpoint: endpointIn(page, said) ?? endpointAsked(asked.endpoint),
      }
      const isDirectory = asked.bucketType === 'directory' || bucket.endsWith('--x-s3')
      const unsupported = isDirectory ? 'directory-bucket' : null
      return { kind: 'console-page', fields: locationFields(place), unsupported }
    }
  }
  return null
}

/** The query may also follow the `#`. */
function paramsOf(url: URL): Record<string, string> {
  const query = url.search || url.hash.slice(url.hash.indexOf('?') + 1)
  return Object.fromEntries(new URLSearchParams(query))
}

function endpointIn({ endpoint }: ConsolePage, said: Record<string, string | undefined>) {
  return endpoint?.replaceAll(/\{(\w+)\}/g, (_, name: string) => said[name] ?? '') ?? null
}

function endpointAsked(host: string | undefined): string | null {
  return host !== undefined && knownHost(host)?.kind === 'endpoint' ? `https://${host}` : null
}
