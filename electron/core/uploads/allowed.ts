import type { Destination } from '../../contract/commands/destinations.ts'
import { hasExtension } from '../../contract/content-type.ts'
import type { Failure } from '../../contract/failure/kinds.ts'
import type { UploadRules } from '../../contract/rules/upload-rules.ts'
import { longestFileBytes } from './rules/plan-parts.ts'

interface FileToAdmit {
  /** Its own, not the one it gets in the bucket. */
  readonly name: string
  readonly byteLength: number
  readonly contentType: string
}

/** Why the destination does not take a file: its rules, or its store. Null when it does. */
export function refusalOf(
  { rules, maxPartCount }: Pick<Destination, 'rules' | 'maxPartCount'>,
  { name, byteLength, contentType }: FileToAdmit,
): Failure | null {
  const longest = longestFileBytes(maxPartCount)
  const ruled = rules.maxFileBytes ?? longest
  const limitBytes = Math.min(longest, ruled)
  if (byteLength > limitBytes) {
    return { kind: 'too-large', limitBytes, ...(ruled < longest ? { limitOf: 'rules' } : {}) }
  }
  const type = contentType.split(';')[0]?.trim() ?? ''
  if (isAllowed(rules, name, type.toLowerCase())) return null
  return { kind: 'type-not-allowed', contentType: type.slice(0, 300) }
}

/**
 * As `<input accept>` reads its list: a type, a type with `*` after the slash, or an extension.
 *
 * html.spec.whatwg.org/multipage/input.html#attr-input-accept
 */
function isAllowed(rules: UploadRules, name: string, type: string): boolean {
  const wanted = acceptTokens(rules.allowedTypes)
  return (
    wanted.length === 0 ||
    wanted.some((token) => {
      if (token.startsWith('.')) return hasExtension(name, token.slice(1))
      if (token.endsWith('/*')) return token === '*/*' || type.startsWith(token.slice(0, -1))
      return token === type
    })
  )
}

export function acceptTokens(accept: string): string[] {
  return accept
    .split(',')
    .map((each) => each.trim().toLowerCase())
    .filter((each) => each !== '')
}
