import type { CDPSession, Locator, Page } from 'playwright-core'
import type { BucketAccess } from './store-truth.ts'

/** The content of a row. */
export interface WindowRow {
  readonly name: string
  /** The status word and its reason, on one line. */
  readonly status: string
}

const CLICK_MS = 2_000
const ROWS = 'ul[aria-label="Uploads"] > li'

/** The window as a user operates it: by roles and names. */
export class FerryWindow {
  readonly #page: Page
  readonly #cdp: CDPSession
  readonly #problems: string[] = []

  private constructor(page: Page, cdp: CDPSession) {
    this.#page = page
    this.#cdp = cdp
    page.setDefaultTimeout(30_000)
    page.on('pageerror', (error) => this.#problems.push(error.stack ?? String(error)))
  }

  static async open(page: Page, url: string): Promise<FerryWindow> {
    const window = await FerryWindow.of(page)
    await page.goto(url)
    return window
  }

  /** Takes a page that is already loaded. */
  static async of(page: Page): Promise<FerryWindow> {
    return new FerryWindow(page, await page.context().newCDPSession(page))
  }

  /** Uncaught errors in the page. */
  problems(): readonly string[] {
    return this.#problems
  }

  async connect(access: BucketAccess): Promise<void> {
    await this.#button('Connect a bucket').first().click()
    await this.#field('Endpoint').fill(access.endpoint)
    await this.#field('Region').fill(access.region)
    await this.#field('Bucket').fill(access.bucket)
    await this.#field('Access key ID').fill(access.accessKeyId)
    await this.#field('Secret access key').fill(access.secretAccessKey)
    await this.#page.getByRole('checkbox', { name: 'Path-style addressing' }).check()
    await this.#button('Save').click()
    await this.untilReady()
  }

  async untilReady(): Promise<void> {
    await this.#button('Choose files').waitFor()
  }

  /** The rows in the document, which are almost all because the window is tall. */
  async rows(): Promise<WindowRow[]> {
    return this.#page.locator(ROWS).evaluateAll((items) =>
      items.map((item) => ({
        name: item.getAttribute('aria-label') ?? '',
        status: (item.querySelector('.row-status')?.textContent ?? '')
          .replaceAll(/\s+/g, ' ')
          .trim(),
      })),
    )
  }

  /** Presses the row's button if it exists. */
  async press(name: string, button: string): Promise<void> {
    const found = this.#row(name).getByRole('button', { name: button, exact: true })
    if (!(await found.isVisible())) return
    // The upload may have continued by itself meanwhile.
    await found.click({ timeout: CLICK_MS }).catch(() => undefined)
  }

  async removeFromList(name: string): Promise<void> {
    await this.press(name, 'More actions')
    const item = this.#page.getByRole('menuitem', { name: 'Remove from the list', exact: true })
    // The rows move while others come and go; the next round tries again.
    await item.click({ timeout: CLICK_MS }).catch(() => this.#page.keyboard.press('Escape'))
  }

  /** A real drop of real files, as the desktop delivers it to the browser. */
  async drop(paths: readonly string[]): Promise<void> {
    const at = { x: 400, y: 300 }
    const data = { items: [], files: [...paths], dragOperationsMask: 1 }
    for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
      await this.#cdp.send('Input.dispatchDragEvent', { type, ...at, data })
    }
  }

  #row(name: string): Locator {
    const list = this.#page.getByRole('list', { name: 'Uploads' })
    return list.getByRole('listitem', { name, exact: true }).first()
  }

  #button(name: string): Locator {
    return this.#page.getByRole('button', { name, exact: true })
  }

  #field(name: string): Locator {
    return this.#page.getByRole('textbox', { name, exact: true })
  }
}
