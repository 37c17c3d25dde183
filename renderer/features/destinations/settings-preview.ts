import { plainName } from '../../../electron/contract/plain-text.ts'

export interface DestinationPreview {
  readonly name: string
  /** With its port where it has one. */
  readonly host: string
}

/** More are refused by the host. */
const MAX_PREVIEWS = 100

/**
 * Where a file of settings would have files go, to be looked at before anything is added. What is
 * no such file has none; the host says so in its own words.
 */
export function previewsIn(text: string): readonly DestinationPreview[] {
  const entries = entriesIn(text)
  return entries.slice(0, MAX_PREVIEWS).flatMap((entry) => {
    if (typeof entry !== 'object' || entry === null) return []
    const { name, bucket, endpoint } = entry as Readonly<Record<string, unknown>>
    const url = typeof endpoint === 'string' ? URL.parse(endpoint) : null
    if (url === null) return []
    const named = [name, bucket].map((each) => (typeof each === 'string' ? plainName(each) : ''))
    return [{ name: named.find((each) => each !== '') ?? '', host: plainName(url.host, 300) }]
  })
}

function entriesIn(text: string): readonly unknown[] {
  try {
    const { destinations } = JSON.parse(text)
    return Array.isArray(destinations) ? destinations : []
  } catch {
    return []
  }
}
