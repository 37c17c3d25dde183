import { parseCyberduckBookmark, parseMinioCommand } from './client-formats.ts'
import { parseKeyPair, parseKeysCsv, parseKeysJson } from './key-formats.ts'
import type { Pasted } from './pasted-fields.ts'
import { parseArn, parseBucketUrl } from './s3-uri-and-arn.ts'
import { parseSettings } from './settings.ts'
import { parseWebAddress } from './web-address.ts'

/** Longer texts are not settings. */
const MAX_CHARACTERS = 64 * 1024

/** Tried in this order: the strictest formats come first. */
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
 * Turns text copied from a console, a document or another program into fields of the form. Never
 * throws. The result may contain a secret; null: the text is not recognised.
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

/** For text copied from code or an email: `"s3://…",` and `<https://…>`. */
function withoutQuotes(text: string): string {
  const inner = /^(["'`<])(?<inner>[^"'`<>\s]+)["'`>][,;]?$/.exec(text)?.groups?.inner
  return inner ?? text
}
