import { type Outcome, succeeded } from '../../contract/outcome.ts'

/** More than any bucket's list of what Ferry looks for; a store that never ends is left. */
const MAX_PAGES = 1000

/**
 * Asks for page after page, until the store says that there are no more or leads in circles: some
 * repeat a marker, and some ignore it and answer the first page again.
 * @param next where the page after this one begins; null: there is none.
 */
export async function readPages<P, M>(
  ask: (marker: M | null) => Promise<Outcome<P>>,
  next: (page: P, marker: M | null) => M | null,
): Promise<Outcome<P[]>> {
  const pages: P[] = []
  const asked = new Set<string>()
  let marker: M | null = null
  while (pages.length < MAX_PAGES) {
    const page: Outcome<P> = await ask(marker)
    if (!page.ok) return page
    pages.push(page.value)
    marker = next(page.value, marker)
    if (marker === null || asked.has(JSON.stringify(marker))) break
    asked.add(JSON.stringify(marker))
  }
  return succeeded(pages)
}
