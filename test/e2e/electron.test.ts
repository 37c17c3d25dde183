import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { _electron, type ElectronApplication, type Page } from 'playwright-core'
import { describe, expect, it, onTestFinished } from 'vitest'
import { hasDisplay } from '../../electron/loopback/display.ts'
import { buildDesktop } from '../../scripts/build-outputs.ts'
import { findElectron } from '../../scripts/electron-binary.ts'
import { ROOT, runNode } from './child.ts'
import { temporaryFolder } from './ferry.ts'
import { download, writeRandomFile } from './files.ts'

const MIB = 1024 * 1024
const electron = hasDisplay() ? findElectron() : null
const program = electron?.kind === 'found' ? electron.path : null

/** The real desktop host on a real Electron. */
async function launch(executablePath: string, dataFolder: string) {
  await buildDesktop()
  const app = await _electron.launch({
    executablePath,
    args: [ROOT, '--data-dir', dataFolder],
    // Playwright's default would take away the very sandbox that is under test.
    chromiumSandbox: true,
  })
  onTestFinished(() => app.close())
  const page = await app.firstWindow()
  return { app, page }
}

async function upload(page: Page, path: string): Promise<void> {
  await page.locator('input[type=file]:not([webkitdirectory])').setInputFiles(path)
}

const row = (page: Page, name: string) =>
  page.getByRole('list', { name: 'Uploads' }).getByRole('listitem', { name, exact: true })

const untilStatus = (page: Page, name: string, word: string) =>
  row(page, name)
    .getByText(new RegExp(`^\\s*${word}`))
    .first()
    .waitFor({ timeout: 90_000 })

async function linkOf(page: Page, name: string): Promise<string> {
  const link = row(page, name).getByRole('link', { name: 'Open link' })
  return (await link.getAttribute('href')) ?? ''
}

/** As a crash ends it: nothing gets to say goodbye. */
async function kill(app: ElectronApplication): Promise<void> {
  const closed = app.waitForEvent('close')
  app.process().kill('SIGKILL')
  await closed
}

/** Which of the two worlds this is, the machine decides; each has its own promises. */
if (program === null) describe('Ferry without Electron', withoutElectron)
else describe('Ferry in Electron', () => inElectron(program))

function inElectron(executable: string): void {
  it('is a sandboxed page on its own origin that reaches configured endpoints only', async () => {
    const { page } = await launch(executable, await temporaryFolder())

    const seen = await page.evaluate(async () => ({
      origin: location.origin,
      rows: Object.keys((window as unknown as { ferry: { commands: object } }).ferry.commands),
      hasNode: 'require' in window || 'process' in window,
      isEvilReached: await fetch('https://example.com/').then(
        () => true,
        () => false,
      ),
    }))

    expect(seen).toMatchObject({ origin: 'app://ferry', hasNode: false, isEvilReached: false })
    expect(seen.rows).toContain('signParts')
  })

  it('takes a file from the window to a link with the same bytes', async () => {
    const folder = await temporaryFolder()
    const sha256 = await writeRandomFile(join(folder, 'film.mov'), 60 * MIB)
    const { page } = await launch(executable, join(folder, 'data'))
    await page.getByRole('button', { name: 'Try it with a bucket on this computer' }).click()

    await upload(page, join(folder, 'film.mov'))
    await untilStatus(page, 'film.mov', 'Done')

    expect(await download(await linkOf(page, 'film.mov'))).toMatchObject({ status: 200, sha256 })
  })

  it('goes on by itself after a crash in the middle of an upload', async () => {
    const folder = await temporaryFolder()
    await mkdir(join(folder, 'data'))
    const sha256 = await writeRandomFile(join(folder, 'film.mov'), 600 * MIB)
    const first = await launch(executable, join(folder, 'data'))
    await first.page.getByRole('button', { name: 'Try it with a bucket on this computer' }).click()
    await upload(first.page, join(folder, 'film.mov'))
    await untilStatus(first.page, 'film.mov', 'Uploading')
    await kill(first.app)

    const second = await launch(executable, join(folder, 'data'))
    await untilStatus(second.page, 'film.mov', 'Done')

    expect(await download(await linkOf(second.page, 'film.mov'))).toMatchObject({ sha256 })
  })
}

function withoutElectron(): void {
  it('says in one line why there is no window, and does not pretend', async () => {
    const child = runNode([
      join(ROOT, 'scripts/start.ts'),
      '--desktop',
      '--data-dir',
      await temporaryFolder(),
    ])
    onTestFinished(async () => {
      await child.stop()
    })

    const code = await child.ended

    expect(code).toBe(1)
    expect(child.errors()).toMatch(/^Electron's window cannot be opened: .+$/m)
    expect(child.errors()).toContain('ELECTRON_OVERRIDE_DIST_PATH')
    expect(child.output()).not.toContain('Ferry is ready')
  })
}
