import { fieldsOfSettings, type Setting } from './fields-of-settings.ts'
import type { Pasted } from './pasted.ts'
import { kindOf } from './settings.ts'

const MAX_DEPTH = 6

/**
 * The answers of `aws sts assume-role`, `aws iam create-access-key` and a `credential_process`,
 * MinIO's `credentials.json` and its client's configuration, and any object with such names.
 */
export function parseKeysJson(text: string): Pasted | null {
  if (!/^[{[]/.test(text)) return null
  for (const settings of objectsIn(parsedJson(text), MAX_DEPTH)) {
    const fields = fieldsOfSettings(settings)
    if (fields !== null) return { what: kindOf(fields), fields, unsupported: null }
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

/** Each object's own texts, from the outside in. */
function objectsIn(value: unknown, depth: number): Setting[][] {
  if (depth === 0 || typeof value !== 'object' || value === null) return []
  const entries = Object.entries(value)
  const own = entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string')
  return [own, ...entries.flatMap(([, inner]) => objectsIn(inner, depth - 1))]
}
