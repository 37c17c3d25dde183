import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { PARENT_WAITS, QUIT } from '../../../electron/files/shutdown.ts'
import { startStandIn } from '../../desktop-in-chromium/start-stand-in.ts'
import { PASS, type Verdict } from '../../faults/verdict.ts'
import { temporaryFolder } from '../ferry.ts'
import { download, writeRandomFile } from '../files.ts'
import {
  ferryBehindProxy,
  holdPartsAfter,
  landedParts,
  MIB,
  untilPartsHeld,
} from '../fresh-ferry.ts'
import { fakesOf, type OpenFerry, openFerry } from '../worlds/world.ts'

/** On macOS the app stays in the dock when its window is closed, and needs no tray. */
const IS_MAC = process.platform === 'darwin'

const BACKGROUND = 0
const STOP = 1

/** The user clicks the window's close button and answers the dialog. */
function close(ferry: OpenFerry, response: number): Promise<void> {
  return fakesOf(ferry).evaluate(({ dialog, FakeWindow }, answer) => {
    dialog.responses.push(answer)
    FakeWindow.opened.at(-1)?.close()
  }, response)
}

const shell = (ferry: OpenFerry) =>
  fakesOf(ferry).evaluate(({ dialog, FakeNotification, FakeTray, FakeWindow }) => {
    const window = FakeWindow.opened.at(-1)
    return {
      asked: dialog.asked.map(({ message, buttons }) => ({ message, buttons })),
      isVisible: window?.isVisible() ?? false,
      bar: window?.progress,
      isThrottled: window?.webContents.isThrottled ?? true,
      trays: FakeTray.shown().map(({ menu }) => menu[0]?.label),
      notifications: FakeNotification.shown.map(({ options }) => options.title),
    }
  }, null)

async function uploading(name: string, mebibytes: number) {
  const setUp = await ferryBehindProxy()
  const path = join(setUp.folder, name)
  const sha256 = await writeRandomFile(path, mebibytes * MIB)
  const parts = holdPartsAfter(setUp.proxy, 1)
  await setUp.page.drop([path])
  await untilPartsHeld(setUp.proxy, 1)
  // The host learns of the queue once a second.
  await expect.poll(async () => (await shell(setUp.ferry)).isThrottled).toBe(false)
  return { ...setUp, sha256, parts }
}

describe('closing the window while files go up', () => {
  it('continues in the background, reports when all is done, and comes back', async () => {
    const { ferry, parts, page, sha256 } = await uploading('film.bin', 40)

    await close(ferry, BACKGROUND)
    await expect
      .poll(() => shell(ferry))
      .toMatchObject({
        isVisible: false,
        isThrottled: false,
        trays: IS_MAC ? [] : [expect.stringMatching(/^Uploading 1 file, \d+ %$/)],
      })
    parts.open()
    await expect
      .poll(async () => (await shell(ferry)).notifications, { timeout: 30_000 })
      .toEqual(['film.bin is uploaded'])
    await fakesOf(ferry).evaluate(({ FakeNotification }) => {
      FakeNotification.shown[0]?.act(0)
      FakeNotification.shown[0]?.click()
    }, null)

    await page.untilStatus('film.bin', 'Done')
    const link = await page.link('film.bin')
    expect(await shell(ferry)).toMatchObject({ isVisible: true, trays: [] })
    await expect
      .poll(() => fakesOf(ferry).evaluate(({ clipboard }) => clipboard.text, null))
      .toBe(link)
    expect((await download(link)).sha256).toBe(sha256)
  })

  it('stops, and continues at the next start without sending a part twice', async () => {
    const { ferry, proxy, parts, sha256 } = await uploading('film.bin', 40)

    await close(ferry, STOP)
    if (IS_MAC) await ferry.quit()
    const again = await openFerry({ dataFolder: ferry.dataFolder, proxy })
    parts.open()
    await again.page.untilStatus('film.bin', 'Done')

    expect((await download(await again.page.link('film.bin'))).sha256).toBe(sha256)
    expect(landedParts(proxy.seen).filter((part) => part === 1)).toEqual([1])
  })

  it('names a picture that exists only in the window, and keeps it', async () => {
    const { ferry, proxy, page } = await ferryBehindProxy()
    const opened = Promise.withResolvers<Verdict>()
    proxy.setRule(({ from, method }) =>
      from === 'page' && method === 'PUT' ? opened.promise : PASS,
    )
    await page.paste('image.png', 'image/png', 'not really a picture')
    await expect.poll(() => page.names()).toHaveLength(1)
    const [name = ''] = await page.names()
    await page.rowButton(name, 'Pause').click()
    await page.untilStatus(name, 'Paused')
    // The host learns of it once a second.
    await expect.poll(async () => (await shell(ferry)).bar).toEqual({ value: 0, mode: 'paused' })

    await close(ferry, 0)

    await expect
      .poll(async () => (await shell(ferry)).asked)
      .toEqual([
        {
          message: `“${name}” exists only in this window.`,
          buttons: ['Keep the window open', `Close and lose “${name}”`],
        },
      ])
    expect((await shell(ferry)).isVisible).toBe(true)
    opened.resolve(PASS)
    await page.rowButton(name, 'Resume').click()
    await page.untilStatus(name, 'Done')
  })
})

describe('the program that started the app', () => {
  it('is told that the window is open, and lets the app close cleanly', async () => {
    const dataFolder = await temporaryFolder()
    const app = startStandIn(['--data-dir', dataFolder], { [PARENT_WAITS]: '1' })
    onTestFinished(app.kill)
    const said: unknown[] = []
    app.process.on('message', (message) => said.push(message))
    await expect.poll(() => said).toContainEqual({ ferry: 'ready' })
    const whileItRuns = existsSync(join(dataFolder, 'records.sqlite-wal'))

    app.process.send(QUIT)

    expect(await app.ended).toBe(0)
    // SQLite deletes it when the last connection closes the file: sqlite.org/wal.html.
    expect([whileItRuns, existsSync(join(dataFolder, 'records.sqlite-wal'))]).toEqual([true, false])
  })
})
