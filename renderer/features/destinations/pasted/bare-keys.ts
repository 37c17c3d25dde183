import type { Pasted } from './pasted.ts'
import { definedFields } from './place.ts'

/** Pairs as stores make them, so that no other two words are taken for a secret. */
const KEY_PAIRS: readonly (readonly [RegExp, RegExp])[] = [
  [/^A[KS]IA[A-Z0-9]{12,28}$/, /^[A-Za-z0-9/+]{40}$/],
  [/^(?=.*\d)[A-Z0-9]{16,24}$/, /^[A-Za-z0-9/+]{40,43}$/],
  [/^[0-9a-f]{32}$/, /^(?:[0-9a-f]{32}|[0-9a-f]{48}|[0-9a-f]{64})$/],
  [/^GK[0-9a-f]{24}$/, /^[0-9a-f]{64}$/],
  [/^GOOG[A-Z0-9]{16,60}$/, /^[A-Za-z0-9/+]{40}$/],
  [/^SCW[A-Z0-9]{17}$/, /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/],
  [/^00[0-9a-f]{23}$/, /^K00[A-Za-z0-9/+]{28}$/],
  [/^j[a-z2-7]{27}$/, /^j[a-z2-7]{52}$/],
]

const TOKEN = /^[A-Za-z0-9/+=_-]{100,8000}$/

/** A key and its secret without a word beside them, on two lines or one. */
export function parseKeyPair(text: string): Pasted | null {
  const words = text.split(/[\s,;]+/).flatMap((word) => word.split(/(?<=^[A-Za-z0-9]+):/))
  const [accessKeyId = '', secretAccessKey = '', sessionToken, ...more] = words
  const isPair = KEY_PAIRS.some(
    ([id, secret]) => id.test(accessKeyId) && secret.test(secretAccessKey),
  )
  if (!isPair || more.length > 0) return null
  if (sessionToken !== undefined && !TOKEN.test(sessionToken)) return null
  const keys = definedFields({ accessKeyId, secretAccessKey, sessionToken })
  return { what: 'keys', fields: { credentialKind: 'keys', ...keys }, unsupported: null }
}
