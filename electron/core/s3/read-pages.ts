import { failed, type Outcome, succeeded } from '../../contract/outcome.ts'

/** Ten times what 10,000 parts need; some stores show a hundred of them to a page. */
const MAX_PAGES = 200
/** More than any bucket's list of what Ferry looks for. */
const MAX_ENTRIES = 50_000

/** It goes into the next request's address, where no server takes more. */
const MAX_MARKER_LENGTH = 8 * 1024

interface Listing<P, M> {
  readonly ask: (marker: M | null) => Promise<Outcome<P>>
  /** Where the page after this one begins; null: there is none. */
  readonly next: (page: P, marker: M | null) => M | null
  /** How many things a page lists. */
  readonly count: (page: P) => number
  readonly signal?: AbortSignal | undefined
  readonly maxPages?: number
  readonly maxEntries?: number
}

/**
 * Asks for page after page, until the store says that there are no more, or leads in circles: some
 * repeat a marker, and some ignore it and answer the first page again. A list without end is left
 * after so many pages or entries. Fails with `aborted` when `signal` is aborted.
 */
export async function readPages<P, M>(listing: Listing<P, M>): Promise<Outcome<P[]>> {
  const { ask, next, count, signal, maxPages = MAX_PAGES, maxEntries = MAX_ENTRIES } = listing
  const pages: P[] = []
  const asked = new Set<string>()
  let entries = 0
  let marker: M | null = null
  while (pages.length < maxPages && entries < maxEntries) {
    if (signal?.aborted) return failed({ kind: 'aborted' })
    const page: Outcome<P> = await ask(marker)
    if (!page.ok) return page
    pages.push(page.value)
    entries += count(page.value)
    marker = next(page.value, marker)
    const name = JSON.stringify(marker)
    if (marker === null || asked.has(name) || name.length > MAX_MARKER_LENGTH) break
    asked.add(name)
  }
  return succeeded(pages)
}
