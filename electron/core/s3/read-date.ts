const SECONDS = /^\d{9,10}(\.\d+)?$/
const MILLISECONDS = /^\d{12,13}$/
/** ISO 8601 without its separators: `20261208T000000Z`. */
const COMPACT = /^(\d{4})(\d\d)(\d\d)T?(\d\d)(\d\d)(\d\d)(\.\d+)?(Z?)$/i
/** Whether a time zone is named at the end: `Z`, `GMT`, `UTC`, `+02:00`, `-0700`. */
const HAS_ZONE = /((?<![a-z])(?!am|pm)[a-z]{1,5}|[+-]\d\d:?\d\d)\s*(\(.*\))?$/i
/** The longest date format has half of that; the patterns below need not process longer text. */
const MAX_LENGTH = 80
const LEAST_MS = Date.UTC(1970, 0, 1)
const MOST_MS = Date.UTC(10_000, 0, 1)

/**
 * Epoch ms of a date as stores write it: the forms of HTTP, ISO 8601 with and without separators,
 * and seconds or milliseconds since 1970. A date without a zone is UTC, never this computer's zone.
 * Null for any other text.
 */
export function readDate(text: string): number | null {
  const trimmed = text.trim()
  if (trimmed.length > MAX_LENGTH) return null
  const epochMs = epochMsOf(trimmed)
  return Number.isFinite(epochMs) && epochMs >= LEAST_MS && epochMs < MOST_MS ? epochMs : null
}

function epochMsOf(text: string): number {
  if (SECONDS.test(text)) return Math.round(Number(text) * 1000)
  if (MILLISECONDS.test(text)) return Number(text)
  // `Date.parse` would take "-1" for a year.
  if (!/\d{4}|\d\d[ -][a-z]{3}[ -]\d\d/i.test(text)) return Number.NaN
  const spaced = text
    .replace(COMPACT, '$1-$2-$3T$4:$5:$6$7$8')
    .replace(/^(\d{4}-\d\d-\d\d) (?=\d)/, '$1T')
    // Go writes the zone twice: `2026-12-08 00:00:00 +0000 UTC`.
    .replace(/ ?([+-]\d\d:?\d\d) [a-z]{3,5}$/i, '$1')
  if (HAS_ZONE.test(spaced)) return Date.parse(spaced)
  return Date.parse(/^\d{4}-\d\d-\d\dT/.test(spaced) ? `${spaced}Z` : `${spaced} GMT`)
}
