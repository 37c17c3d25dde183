import { parseCyberduckBookmark, parseMinioCommand } from './client-formats.ts'
import { parseKeyPair, parseKeysCsv, parseKeysJson } from './key-formats.ts'
import type { Pasted } from './pasted-fields.ts'
import { parseArn, parseBucketUrl } from './s3-uri-and-arn.ts'
import { parseSettings } from './settings.ts'
import { parseWebAddress } from './web-address.ts'

/** Longer texts are files, and nobody's keys. */
const MAX_CHARACTERS = 64 * 1024

/** Tried in this order: what is sure of its own form comes first. */
const PARSERS: readonly ((text: string) => Pasted | null)[] = [
  parseCyberduckBookmark,
  parseKeysJson,
  parseKeysCsv,
  parseArn,
  parseBucketUrl,
  parseWebAddress,
  parseMinioCommand,
  parseSettings,
  parseKeyPair,
]

/**
 * What a person copied from a console, a document or another program, turned into fields of the
 * form. Null: nothing in it is known. Never throws; what it answers may hold a secret.
 */
export function parsePasted(text: string): Pasted | null {
  if (text.length > MAX_CHARACTERS) return null
  const plain = text.replace(/^\uFEFF/, '').trim()
  const bare = withoutQuotes(plain)
  if (bare === '') return null
  for (const recognise of PARSERS) {
    const pasted = recognise(bare)
    if (pasted !== null) return pasted
  }
  return null
}

/** As copied out of code or a mail: `"s3://…",` and `<https://…>`. */
function withoutQuotes(text: string): string {
  const inner = /^(["'`<])(?<inner>[^"'`<>\s]+)["'`>][,;]?$/.exec(text)?.groups?.inner
  return inner ?? text
}
