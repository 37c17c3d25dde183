import type { Browser, BrowserContext, CDPSession, Locator, Page } from 'playwright-core'
import { expect, onTestFinished } from 'vitest'
import {
  type CommandInput,
  type CommandName,
  type CommandOutput,
  commands,
} from '../../electron/contract/commands.ts'
import { LOOPBACK_ROUTES, SESSION_HEADER } from '../../electron/contract/transport.ts'
import { type ChromiumOptions, launchChromium } from '../../scripts/chromium.ts'
import type { BucketAccess, WhenOver } from './ferry.ts'

const UPLOAD_MS = 30_000

/** The words that a row's status starts with; design.md defines them. */
export type StatusWord =
  | 'Waiting'
  | 'Preparing'
  | 'Uploading'
  | 'Paused'
  | 'Offline'
  | 'Finishing'
  | 'Verifying'
  | 'Done'
  | 'Action needed'
  | 'Failed'
  | 'Cancelled'

export async function openBrowser(
  options: ChromiumOptions = {},
  whenOver: WhenOver = onTestFinished,
): Promise<Browser> {
  const browser = await launchChromium(options)
  const seen: string[] = []
  violations.set(browser, seen)
  whenOver(async () => {
    await browser.close()
    expect(seen, 'what the policies of the window refused').toEqual([])
  })
  return browser
}

/** The same for a window that was opened elsewhere. */
export function watchPolicies(page: Page, whenOver: WhenOver): void {
  const seen: string[] = []
  page.on('console', (message) => {
    if (VIOLATION.test(message.text())) seen.push(message.text())
  })
  whenOver(() => expect(seen, 'what the policies of the window refused').toEqual([]))
}

/** Policy violations of its pages and their workers, by browser. */
const violations = new WeakMap<Browser, string[]>()
const VIOLATION =
  /Content Security Policy|Trusted(?:HTML|Script|Types)|Permissions policy violation/

/**
 * A browser whose requests to the buckets use a fault proxy. It reaches the host directly: tests
 * inject faults into the host themselves.
 */
export function openBrowserBehind(proxyAddress: string, hostPort: number): Promise<Browser> {
  return openBrowser({ args: argsBehind(proxyAddress, hostPort) })
}

export function argsBehind(proxyAddress: string, hostPort: number): readonly string[] {
  return [
    `--proxy-server=${proxyAddress}`,
    `--proxy-bypass-list=<-loopback>;*.localhost:${hostPort}`,
  ]
}

/** The window as a user operates it: by roles and names. */
export class FerryPage {
  readonly page: Page
  readonly #cdp: CDPSession
  readonly #problems: string[] = []
  /** The secret that the page last sent; the page stores it where no script can read it. */
  #sessionSecret = ''

  private constructor(page: Page, cdp: CDPSession) {
    this.page = page
    this.#cdp = cdp
    page.on('pageerror', (error) => this.#problems.push(String(error)))
    page.on('request', (request) => {
      this.#sessionSecret = request.headers()[SESSION_HEADER] ?? this.#sessionSecret
    })
    const browser = page.context().browser()
    const seen = browser === null ? undefined : violations.get(browser)
    page.on('console', (message) => {
      if (VIOLATION.test(message.text())) seen?.push(message.text())
    })
  }

  /** Given a browser: opens a new profile. Given a context: opens another tab in it. */
  static async open(opener: Browser | BrowserContext, url: string): Promise<FerryPage> {
    const context = 'newContext' in opener ? await opener.newContext() : opener
    const page = await context.newPage()
    const ferry = new FerryPage(page, await page.context().newCDPSession(page))
    await page.goto(url)
    return ferry
  }

  /** Takes a window that is already open. */
  static async of(page: Page): Promise<FerryPage> {
    return new FerryPage(page, await page.context().newCDPSession(page))
  }

  /** Uncaught errors in the page. */
  problems(): readonly string[] {
    return this.#problems
  }

  async tryLocalBucket(): Promise<void> {
    await this.button('Try it with a bucket on this computer').click()
    await this.button('Choose files').waitFor()
  }

  /** Opens the form and fills it in; fields that are not given keep their values. */
  async fillConnection(access: BucketAccess): Promise<void> {
    await this.fillPlace(access)
    await this.field('Access key ID').fill(access.accessKeyId)
    await this.field('Secret access key').fill(access.secretAccessKey)
  }

  /** The same without access keys. */
  async fillPlace(place: Pick<BucketAccess, 'endpoint' | 'region' | 'bucket'>): Promise<void> {
    await this.button('Connect a bucket').first().click()
    await this.field('Endpoint').fill(place.endpoint)
    await this.field('Region').fill(place.region)
    await this.field('Bucket').fill(place.bucket)
    await this.page.getByRole('checkbox', { name: 'Path-style addressing' }).check()
  }

  async connect(access: BucketAccess): Promise<void> {
    await this.fillConnection(access)
    await this.button('Save').click()
    await this.button('Choose files').waitFor()
  }

  /** Presses "Check connection" and returns the report's lines. */
  async checkConnection(): Promise<string[]> {
    await this.button('Check connection').click()
    return this.checkedLines()
  }

  /** The report of the running check, once it has ended. */
  async checkedLines(): Promise<string[]> {
    const report = this.page.getByRole('region', { name: 'Connection check', exact: true })
    await this.page.locator('[aria-label="Connection check"][aria-busy="false"]').waitFor()
    const lines = await report.getByRole('listitem').allTextContents()
    return lines.map((line) => line.replaceAll(/\s+/g, ' ').trim())
  }

  field(name: string): Locator {
    return this.page.getByRole('textbox', { name, exact: true })
  }

  button(name: string): Locator {
    return this.page.getByRole('button', { name, exact: true })
  }

  list(): Locator {
    return this.page.getByRole('list', { name: 'Uploads' })
  }

  row(name: string): Locator {
    return this.list().getByRole('listitem', { name, exact: true })
  }

  rowButton(name: string, button: string): Locator {
    return this.row(name).getByRole('button', { name: button, exact: true })
  }

  /** The row's status text, on one line. */
  async status(name: string): Promise<string> {
    const text = await this.row(name).locator('.row-status').textContent()
    return (text ?? '').replaceAll(/\s+/g, ' ').trim()
  }

  /** Waits until the row's status starts with this word. */
  async untilStatus(name: string, word: StatusWord, withinMs = UPLOAD_MS): Promise<void> {
    const status = this.row(name).locator('.row-status')
    try {
      await status.filter({ hasText: new RegExp(`^\\s*${word}`) }).waitFor({ timeout: withinMs })
    } catch (error) {
      const rows = await this.list()
        .textContent({ timeout: 1_000 })
        .catch(() => 'no list')
      throw new Error(`"${name}" did not become ${word}. The list: ${rows}`, { cause: error })
    }
  }

  /** The row's share link. */
  async link(name: string): Promise<string> {
    const link = this.row(name).getByRole('link', { name: 'Open link' })
    return (await link.getAttribute('href')) ?? ''
  }

  /** A real drop of real files and folders, as the desktop delivers it to the browser. */
  async drop(paths: readonly string[]): Promise<void> {
    const at = { x: 400, y: 300 }
    const data = { items: [], files: [...paths], dragOperationsMask: 1 }
    for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
      await this.#cdp.send('Input.dispatchDragEvent', { type, ...at, data })
    }
  }

  /** Uses the button's own file chooser. */
  async choose(button: 'Choose files' | 'Choose folder', path: string): Promise<void> {
    const choosing = this.page.waitForEvent('filechooser')
    await this.button(button).click()
    await (await choosing).setFiles(path)
  }

  /** A paste event like the browser's; a headless browser has no clipboard with files in it. */
  async paste(name: string, type: string, text: string): Promise<void> {
    await this.page.evaluate(
      ([fileName, fileType, content]) => {
        const clipboardData = new DataTransfer()
        clipboardData.items.add(new File([content], fileName, { type: fileType }))
        const event = new ClipboardEvent('paste', { clipboardData, bubbles: true })
        document.body.dispatchEvent(event)
      },
      [name, type, text] as const,
    )
  }

  /** Waits until this many visible rows have this status. */
  async untilCount(word: StatusWord, count: number): Promise<void> {
    const status = this.list().locator('.row-status', { hasText: new RegExp(`^\\s*${word}`) })
    await status.nth(count - 1).waitFor({ timeout: UPLOAD_MS })
  }

  /** The names of the rows, in order. */
  async names(): Promise<string[]> {
    const items = await this.list().getByRole('listitem').all()
    return Promise.all(items.map(async (item) => (await item.getAttribute('aria-label')) ?? ''))
  }

  /** Every finished row's name and link, in order. */
  async links(): Promise<{ readonly name: string; readonly link: string }[]> {
    const items = await this.list().getByRole('listitem').all()
    return Promise.all(
      items.map(async (item) => ({
        name: (await item.getAttribute('aria-label')) ?? '',
        link: (await item.getByRole('link', { name: 'Open link' }).getAttribute('href')) ?? '',
      })),
    )
  }

  /**
   * Sends a command to the host like the page, for actions without a button. Returns the outcome's
   * value.
   */
  async command<N extends CommandName>(name: N, input: CommandInput<N>): Promise<CommandOutput<N>> {
    const outcome: unknown = await this.page.evaluate(
      async ([command, path, message, header, secret]) => {
        const bridge = (
          window as { ferry?: { commands: Record<string, (input: unknown) => Promise<unknown>> } }
        ).ferry
        if (bridge !== undefined) return bridge.commands[command]?.(message)
        const headers = { 'content-type': 'application/json', [header]: secret }
        const body = JSON.stringify(message)
        return (await fetch(path, { method: 'POST', headers, body })).json()
      },
      [
        name,
        `${LOOPBACK_ROUTES.commandPrefix}${name}`,
        input,
        SESSION_HEADER,
        this.#sessionSecret,
      ] as const,
    )
    return commands[name].output.parse(
      (outcome as { readonly value: unknown }).value,
    ) as CommandOutput<N>
  }

  expectNoProblems(): void {
    expect(this.#problems).toEqual([])
  }
}
