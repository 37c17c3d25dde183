import type { App, WebContents } from 'electron'

export interface NavigationRules {
  /** `app://ferry`, or the development server's origin. */
  readonly pageOrigin: string
  /** Share links of the user, and the page of a sign-in that the user started. */
  readonly mayOpen: (url: string) => boolean
  /** Opens the URL in the user's browser. Never rejects. */
  readonly open: (url: string) => Promise<void>
}

/** Help pages that the page may open in the user's browser. */
const VETTED_ORIGINS = new Set(['https://docs.aws.amazon.com', 'https://developers.cloudflare.com'])

/**
 * Keeps every web contents at its page: no navigation, frame, new window or webview. A link is
 * opened in the user's browser if it is a share link, a sign-in or known help.
 */
export function guardNavigation(app: App, rules: NavigationRules): void {
  app.on('web-contents-created', (_event, contents) => {
    guardContents(contents, rules)
  })
}

function guardContents(contents: WebContents, rules: NavigationRules): void {
  const keepOnPage = (details: { url: string; isMainFrame: boolean; preventDefault(): void }) => {
    // The whole page may be reloaded from the menu.
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
