import type { Destination } from '../../contract/destination.ts'
import type { Failure } from '../../contract/failure.ts'
import type { UploadRules } from '../../contract/rules.ts'
import { hasExtension } from './content-type.ts'
import { longestFile } from './plan.ts'

interface File {
  /** Its own, not the one it gets in the bucket. */
  readonly name: string
  readonly byteLength: number
  readonly contentType: string
}

/** Why the destination does not take a file: its rules, or its store. Null when it does. */
export function refusalOf(
  { rules, maxPartCount }: Pick<Destination, 'rules' | 'maxPartCount'>,
  { name, byteLength, contentType }: File,
): Failure | null {
  const longest = longestFile(maxPartCount)
  const limitBytes = Math.min(longest, rules.maxFileBytes ?? longest)
  if (byteLength > limitBytes) return { kind: 'too-large', limitBytes }
  if (isAllowed(rules, name, contentType)) return null
  return { kind: 'type-not-allowed', contentType: contentType.slice(0, 300) }
}

/**
 * As `<input accept>` reads its list: a type, a type with `*` after the slash, or an extension.
 *
 * html.spec.whatwg.org/multipage/input.html#attr-input-accept
 */
function isAllowed(rules: UploadRules, name: string, contentType: string): boolean {
  const wanted = acceptTokens(rules.allowedTypes)
  const type = contentType.split(';')[0]?.trim().toLowerCase() ?? ''
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
