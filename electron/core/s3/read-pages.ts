import { failed, type Outcome, succeeded } from '../../contract/outcome.ts'

/** Ten times what 10,000 parts need; some stores return only a hundred of them per page. */
const MAX_PAGES = 200
/** More entries than any bucket has of the kinds that Ferry lists. */
const MAX_ENTRIES = 50_000

/** The marker goes into the next request's URL, where no server accepts more. */
const MAX_MARKER_LENGTH = 8 * 1024

interface Listing<P, M> {
  readonly ask: (marker: M | null) => Promise<Outcome<P>>
  /** The marker of the next page; null: there is none. */
  readonly next: (page: P, marker: M | null) => M | null
  /** The number of entries on a page. */
  readonly count: (page: P) => number
  readonly signal?: AbortSignal | undefined
  readonly maxPages?: number
  readonly maxEntries?: number
}

/**
 * Asks for page after page until the store says that there are no more, or repeats itself: some
 * stores repeat a marker, and some ignore it and answer with the first page again. An endless list
 * stops after so many pages or entries. Fails with `aborted` when `signal` is aborted.
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
