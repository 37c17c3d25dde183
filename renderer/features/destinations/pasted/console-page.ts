import { knownHost, PROVIDERS } from '../../../../electron/contract/providers/lookup.ts'
import type { ConsolePage } from '../../../../electron/contract/providers/provider.ts'
import type { Pasted } from './pasted.ts'
import { decoded, locationFields } from './place.ts'

/** A page of a store's website that shows a bucket, as copied from the address bar. */
export function parseConsolePage(url: URL): Pasted | null {
  // One-page consoles keep their path behind the `#`.
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
      return { what: 'console-page', fields: locationFields(place), unsupported }
    }
  }
  return null
}

/** Of the query, wherever it stands. */
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
