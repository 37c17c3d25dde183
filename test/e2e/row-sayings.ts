declare global {
  interface Window {
    /** Everything that each row has said of itself, in order, by the row's name. */
    ferrySaid?: Map<string, string[]>
  }
}

/** Runs in the page, before any of its own code: nothing that is shown is too short to be noted. */
export function recordRowTexts(): void {
  const said = new Map<string, string[]>()
  window.ferrySaid = said
  const note = () => {
    for (const status of document.querySelectorAll('li[aria-label] .row-status')) {
      const name = status.closest('li')?.getAttribute('aria-label') ?? ''
      const text = (status.textContent ?? '').replaceAll(/\s+/g, ' ').trim()
      const texts = said.get(name) ?? []
      if (texts.at(-1) !== text) said.set(name, [...texts, text])
    }
  }
  const options = { subtree: true, childList: true, characterData: true }
  new MutationObserver(note).observe(document, options)
}
