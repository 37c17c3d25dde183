import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { writeRandomFile } from '../files.ts'
import { freshFerry } from '../fresh-ferry.ts'
import type { OpenFerry } from '../worlds/open-ferry.ts'
import { fakesOf, openFerry } from '../worlds/world.ts'

interface PageOnTrial {
  readonly reloadCount: number
  once(event: string, listener: (value: unknown) => void): void
  debug(method: string): Promise<unknown>
}

const shownBy = (ferry: OpenFerry) =>
  fakesOf(ferry).evaluate(({ FakeWindow }) => FakeWindow.opened.at(-1)?.calls ?? [], null)

const logOf = ({ dataFolder }: OpenFerry) =>
  readFileSync(join(dataFolder, 'logs', 'ferry.log'), 'utf8')

describe('a link that the system does not open', () => {
  it('is copied, the window reports it, and the app continues', async () => {
    const { ferry, page, folder } = await freshFerry()
    await writeRandomFile(join(folder, 'a.bin'), 10)
    await page.drop([join(folder, 'a.bin')])
    await page.untilStatus('a.bin', 'Done')
    await fakesOf(ferry).evaluate(({ shell }) => {
      shell.isRefusing = true
    }, null)

    await page.row('a.bin').getByRole('link', { name: 'Open link' }).click()

    await page.page.getByText('Your system did not open the link.').waitFor()
    const copied = await fakesOf(ferry).evaluate(({ clipboard }) => clipboard.text, null)
    expect(copied).toBe(await page.link('a.bin'))
    expect(logOf(ferry)).not.toContain('X-Amz')
    await writeRandomFile(join(folder, 'b.bin'), 10)
    await page.drop([join(folder, 'b.bin')])
    await page.untilStatus('b.bin', 'Done')
  })
})

describe('an unhandled error', () => {
  it('is reported once, and the app continues', async () => {
    const { ferry, page } = await freshFerry()

    await fakesOf(ferry).evaluate(() => {
      for (const text of ['Failed to open', 'Failed to open again']) {
        void Promise.reject(new Error(text))
      }
    }, null)

    const notice = page.page.getByText('Something unexpected happened inside Ferry.')
    await notice.waitFor()
    expect(await notice.count()).toBe(1)
    expect(await ferry.quit()).toBe(0)
  })

  it('closes the app, with a dialog, when it comes from a bug in our own code', async () => {
    const { ferry } = await freshFerry()
    const bundle = new URL('../../../out/main/index.js', import.meta.url).href

    const said = await fakesOf(ferry).evaluate(async ({ app, dialog }, file) => {
      const exited = new Promise((resolve) => app.once('exited', resolve))
      // The stack names a position in the bundle; the bundle contains no deliberate bug.
      const bug = new TypeError('x is undefined')
      bug.stack = `${bug}\n    at run (${file}:7:11)`
      void Promise.reject(bug)
      return { code: await exited, dialogs: dialog.errors.map(({ title }) => title) }
    }, bundle)

    expect(said).toEqual({ code: 1, dialogs: ['Ferry has to close'] })
  })
})

describe('the window', () => {
  it('appears although `ready-to-show` is never emitted, as on Wayland', async () => {
    const ferry = await openFerry({
      beforeReady: ({ BrowserWindow }) => {
        BrowserWindow.saysReadyToShow = false
      },
    })
    await ferry.page.button('Connect a bucket').waitFor()

    await expect.poll(() => shownBy(ferry)).toEqual(['show'])
  })

  it("has the page's colour before the page has painted", async () => {
    const ferry = await openFerry({
      beforeReady: ({ nativeTheme }) => {
        nativeTheme.shouldUseDarkColors = true
      },
    })
    const { page } = ferry.page
    await ferry.page.button('Connect a bucket').waitFor()
    await page.emulateMedia({ colorScheme: 'dark' })

    const painted = await page.evaluate(() => getComputedStyle(document.body).backgroundColor)
    const first = await fakesOf(ferry).evaluate(
      ({ FakeWindow }) => FakeWindow.opened.at(-1)?.options.backgroundColor ?? '',
      null,
    )

    expect(rgbOf(first)).toBe(painted)
  })

  it('opens maximised when it was closed maximised', async () => {
    const first = await openFerry()
    await first.page.button('Connect a bucket').waitFor()
    await fakesOf(first).evaluate(({ FakeWindow }) => {
      FakeWindow.opened.at(-1)?.maximize()
    }, null)
    await first.quit()

    const again = await openFerry({ dataFolder: first.dataFolder })
    await again.page.button('Connect a bucket').waitFor()

    await expect.poll(() => shownBy(again)).toEqual(['maximize', 'show'])
  })
})

it('logs why the process of its page ended, and loads the page again', async () => {
  const { ferry } = await freshFerry()

  const crash = fakesOf(ferry).evaluate(async ({ FakeWindow }) => {
    const contents = FakeWindow.opened.at(-1)?.webContents as unknown as PageOnTrial
    const hasReloaded = new Promise((resolve) => contents.once('render-process-gone', resolve))
    // Never answers, because the page's process is gone.
    void contents.debug('Page.crash').catch(() => undefined)
    await hasReloaded
    return contents.reloadCount
  }, null)

  expect(await crash).toBe(1)
  const [line = ''] = logOf(ferry)
    .split('\n')
    .filter((each) => each.includes('process ended'))
  expect(JSON.parse(line)).toMatchObject({ reason: 'crashed', exitCode: 133, level: 50 })
})

it('sends no crash dumps, and explains the files in its folder', async () => {
  const ferry = await openFerry()
  await ferry.page.button('Connect a bucket').waitFor()

  const started = await fakesOf(ferry).evaluate(
    ({ app, crashReporter }) => ({
      folder: app.getPath('crashDumps'),
      options: crashReporter.started,
    }),
    null,
  )

  expect(started).toEqual({
    folder: join(ferry.dataFolder, 'crashes'),
    options: [{ uploadToServer: false }],
  })
  expect(existsSync(join(ferry.dataFolder, 'crashes'))).toBe(true)
  expect(readFileSync(join(ferry.dataFolder, 'README.txt'), 'utf8')).toContain('To back up:')
})

/** Chromium's form of a computed colour. */
function rgbOf(hex: string): string {
  const parts = [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16))
  return `rgb(${parts.join(', ')})`
}
