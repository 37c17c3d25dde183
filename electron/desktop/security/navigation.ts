import type { App, WebContents } from 'electron'

export interface NavigationRules {
  /** `app://ferry`, or the development server's origin. */
  readonly pageOrigin: string
  /** The person's own share links, and the page of a sign-in that they began. */
  readonly mayOpen: (url: string) => boolean
  /** Opens it outside, and never rejects. */
  readonly open: (url: string) => Promise<void>
}

/** Help that the page may open in the person's browser, besides what is theirs. */
const VETTED_ORIGINS = new Set(['https://docs.aws.amazon.com', 'https://developers.cloudflare.com'])

/**
 * Keeps every web contents where it is: no navigation, no frame, no new window, no webview.
 * A link is opened in the person's browser if it is theirs or vetted help.
 */
export function guardNavigation(app: App, rules: NavigationRules): void {
  app.on('web-contents-created', (_event, contents) => {
    guardContents(contents, rules)
  })
}

function guardContents(contents: WebContents, rules: NavigationRules): void {
  const keepOnPage = (details: { url: string; isMainFrame: boolean; preventDefault(): void }) => {
    // The page may be loaded anew (a reload from the menu), and only whole.
    if (details.isMainFrame && isPage(details.url, rules.pageOrigin)) return
    details.preventDefault()
  }
  contents.on('will-navigate', keepOnPage)
  contents.on('will-frame-navigate', keepOnPage)
  contents.on('will-redirect', keepOnPage)
  contents.on('will-attach-webview', (event) => event.preventDefault())
  contents.setWindowOpenHandler(({ url }) => {
    if (mayOpenOutside(url, rules)) void rules.open(url)
    return { action: 'deny' }
  })
}

function mayOpenOutside(url: string, { mayOpen }: NavigationRules): boolean {
  const parsed = URL.parse(url)
  if (parsed === null || (parsed.protocol !== 'https:' && parsed.protocol !== 'http:')) return false
  return mayOpen(url) || VETTED_ORIGINS.has(parsed.origin)
}

function isPage(url: string, pageOrigin: string): boolean {
  const parsed = URL.parse(url)
  return parsed !== null && `${parsed.protocol}//${parsed.host}` === pageOrigin
}
