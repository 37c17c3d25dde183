import { definedFields, type Pasted } from './pasted-fields.ts'
import { fieldsOfSettings, type Setting } from './setting-fields.ts'
import { settingRole } from './setting-names.ts'
import { kindOf } from './settings.ts'

const MAX_DEPTH = 6

/**
 * Reads the output of `aws sts assume-role`, `aws iam create-access-key` and a `credential_process`,
 * MinIO's `credentials.json` and `mc` configuration, and any object with such names.
 */
export function parseKeysJson(text: string): Pasted | null {
  if (!/^[{[]/.test(text)) return null
  for (const settings of objectsIn(parsedJson(text), MAX_DEPTH)) {
    const fields = fieldsOfSettings(settings)
    if (fields !== null) return { kind: kindOf(fields), fields, unsupported: null }
  }
  return null
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** The string properties of each object, outermost first. */
function objectsIn(value: unknown, depth: number): Setting[][] {
  if (depth === 0 || typeof value !== 'object' || value === null) return []
  const entries = Object.entries(value)
  const own = entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string')
  return [own, ...entries.flatMap(([, inner]) => objectsIn(inner, depth - 1))]
}

/** Reads the file that the IAM console offers: a line of names and a line of values. */
export function parseKeysCsv(text: string): Pasted | null {
  const [first = '', second] = text.split(/\r?\n/).filter((line) => line.trim() !== '')
  const names = cellsOf(first)
  if (second === undefined || names.length < 2) return null
  if (!names.every((name) => /^[\w ./-]+$/.test(name))) return null
  if (!names.some((name) => settingRole(name) === 'secretAccessKey')) return null
  const values = cellsOf(second)
  const fields = fieldsOfSettings(names.map((name, index): Setting => [name, values[index] ?? '']))
  return fields === null ? null : { kind: kindOf(fields), fields, unsupported: null }
}

function cellsOf(line: string): string[] {
  const cells = line.match(/(?:^|,)(?:"(?:[^"]|"")*"|[^,]*)/g) ?? []
  return cells.map((cell) =>
    cell
      .replace(/^,/, '')
      .trim()
      .replace(/^"(.*)"$/, '$1')
      .replaceAll('""', '"'),
  )
}

/** The formats that stores use, so that two other words never count as keys. */
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

/** Reads a key ID and its secret without labels, on one line or two. */
export function parseKeyPair(text: string): Pasted | null {
  const words = text.split(/[\s,;]+/).flatMap((word) => word.split(/(?<=^[A-Za-z0-9]+):/))
  const [accessKeyId = '', secretAccessKey = '', sessionToken, ...more] = words
  const isPair = KEY_PAIRS.some(
    ([id, secret]) => id.test(accessKeyId) && secret.test(secretAccessKey),
  )
  if (!isPair || more.length > 0) return null
  if (sessionToken !== undefined && !TOKEN.test(sessionToken)) return null
  const keys = definedFields({ accessKeyId, secretAccessKey, sessionToken })
  return { kind: 'keys', fields: { credentialKind: 'keys', ...keys }, unsupported: null }
}
