/** Reads `YYYYMMDDTHHMMSSZ`; null when it is anything else. */
export function epochMsOfAmzDate(text: string): number | null {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text)
  if (match === null) return null
  const [, year, month, day, hour, minute, second] = match
  const at = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
  return Number.isNaN(at) ? null : at
}

/** `YYYYMMDDTHHMMSSZ` */
export function amzDateOf(epochMs: number): string {
  return new Date(epochMs).toISOString().replace(/[-:]|\.\d{3}/g, '')
}

/** `2026-01-31T12:00:00.000Z`, as S3's documents write it. */
export function isoTimeOf(epochMs: number): string {
  return new Date(epochMs).toISOString()
}

/** `Sat, 31 Jan 2026 12:00:00 GMT`, as HTTP headers write it. */
export function httpTimeOf(epochMs: number): string {
  return new Date(epochMs).toUTCString()
}
