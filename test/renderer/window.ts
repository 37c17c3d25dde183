import type { Browser, BrowserContext, BrowserContextOptions, Locator, Page } from 'playwright-core'
import type { CommandName } from '../../electron/contract/commands.ts'
import { type FakeWorld, installFakeBridge } from '../fakes/fake-bridge.ts'
import type { PageServer } from './page-server.ts'

/** Ferry's window on a fake host, found the way people and screen readers find things. */
export interface TestWindow {
  readonly page: Page
  readonly context: BrowserContext
  readonly button: (name: string) => Locator
  readonly row: (name: string) => Locator
  readonly rows: Locator
  /** Gives files to the window as the file chooser would. */
  readonly give: (...files: readonly GivenFile[]) => Promise<void>
  /** The inputs that the page sent with this command, oldest first. */
  readonly callsOf: (command: CommandName) => Promise<readonly unknown[]>
  readonly close: () => Promise<void>
}

interface GivenFile {
  readonly name: string
  readonly byteLength: number
}

export async function openWindow(
  browser: Browser,
  server: PageServer,
  world: FakeWorld,
  options: BrowserContextOptions = {},
): Promise<TestWindow> {
  const context = await browser.newContext({
    viewport: { width: 1120, height: 740 },
    reducedMotion: 'reduce',
    ...options,
  })
  // Added to the context, so that further tabs also have a host.
  await context.addInitScript(installFakeBridge, world)
  const page = await context.newPage()
  const problems: string[] = []
  page.on('pageerror', (error) => problems.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error' && !isExpected(message.text())) problems.push(message.text())
  })
  await page.goto(server.origin)
  return {
    page,
    context,
    button: (name) => page.getByRole('button', { name, exact: true }),
    row: (name) => page.getByRole('listitem', { name, exact: true }),
    rows: page.getByRole('list', { name: 'Uploads' }).getByRole('listitem'),
    async give(...files) {
      // Created in the page: transferring the contents of long files would take seconds.
      const input = page.locator('.drop-area input[type=file]:not([webkitdirectory])')
      await input.evaluate((element, given) => {
        const transfer = new DataTransfer()
        for (const { name, byteLength } of given) {
          const bytes = new Uint8Array(byteLength).fill(7)
          transfer.items.add(new File([bytes], name, { type: 'application/octet-stream' }))
        }
        if (element instanceof HTMLInputElement) element.files = transfer.files
        element.dispatchEvent(new Event('change', { bubbles: true }))
      }, files)
    },
    callsOf: (command) =>
      page.evaluate(
        (name) =>
          window.fake.calls.filter((call) => call.command === name).map(({ input }) => input),
        command,
      ),
    async close() {
      await context.close()
      // A page that logs an error or breaks its own security policy is broken, whatever it shows.
      if (problems.length > 0) throw new Error(`The page complained:\n${problems.join('\n')}`)
    },
  }
}

/** Chromium logs every failed request; some tests make a store fail on purpose. */
function isExpected(text: string): boolean {
  return text.startsWith('Failed to load resource')
}
