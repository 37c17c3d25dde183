import type { DraftNote } from '../../contract/destination-draft.ts'
import type { FieldProblem } from '../../contract/failure/kinds.ts'
import { isMetadataHost } from '../s3/http/metadata-hosts.ts'
import { isPrivateHost } from './private-host.ts'

type Problem = FieldProblem['problem']
type Change = DraftNote['change']

export type JudgedEndpoint =
  | { readonly origin: string; readonly changes: readonly Change[] }
  | { readonly problem: Problem }

/** Takes what people paste for an endpoint and answers scheme, host and port. */
export function judgedEndpoint(typed: string): JudgedEndpoint {
  const changes: Change[] = []
  const trimmed = typed.trim()
  if (trimmed === '') return { problem: 'missing' }
  if (trimmed !== typed) changes.push('trimmed')
  const hasScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(trimmed)
  if (!hasScheme) changes.push('scheme-added')
  const url = URL.parse(hasScheme ? trimmed : `https://${trimmed}`)
  if (url === null || !isHostName(url.hostname) || /\s/.test(trimmed)) {
    return { problem: 'not-a-url' }
  }
  const problem = problemOf(url)
  if (problem !== null) return { problem }
  if (trimmed.endsWith('/')) changes.push('slash-removed')
  return { origin: url.origin, changes }
}

/** A host name that DNS can hold, or an address: RFC 1035, 2.3.4. `URL` alone also takes a lone dot. */
function isHostName(hostname: string): boolean {
  if (hostname.startsWith('[')) return true
  const labels = hostname.replace(/\.$/, '').split('.')
  return hostname.length <= 254 && labels.every(({ length }) => length >= 1 && length <= 63)
}

function problemOf(url: URL): Problem | null {
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'not-http'
  if (url.username !== '' || url.password !== '') return 'has-credentials'
  if (url.search !== '' || url.hash !== '') return 'has-query'
  if (url.pathname !== '/') return 'has-path'
  if (isMetadataHost(url.hostname)) return 'metadata-address'
  if (url.protocol === 'http:' && !isPrivateHost(url.hostname)) {
    return 'plain-http-outside-this-network'
  }
  return null
}
