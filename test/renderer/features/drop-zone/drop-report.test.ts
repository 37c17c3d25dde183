import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { aRecord, aWorld } from '../../../fakes/fake-world.ts'
import type { TestWindow } from '../../window.ts'
import { windowSuite } from '../../window-suite.ts'

const suite = windowSuite()

const FULL = { kind: 'disk-full', where: 'data-folder' } as const

/** A window whose host cannot queue any file. */
const full = () => aWorld({ failures: { queueUploads: FULL } })

describe('the report of a drop', () => {
  it('disappears when a later drop succeeds without a report', async () => {
    const { page, give, row } = await suite.open(full())
    await give({ name: 'a.bin', byteLength: 1 })
    const report = page.getByText('1 item was not added.')
    await report.waitFor()

    await page.evaluate(() => window.fake.failWith('queueUploads', null))
    await give({ name: 'b.bin', byteLength: 1 })
    await row('b.bin').getByText(/^Done/).waitFor()

    await report.waitFor({ state: 'detached' })
    expect(await page.locator('.intake-lines').count()).toBe(0)
    expect(await page.getByText('on the way').count()).toBe(0)
  })

  it('stays if a drop succeeds that had started before the report came', async () => {
    const { page, give, row, button, callsOf } = await suite.open(aWorld())
    await page.evaluate(() => window.fake.hold('queueUploads'))
    await give({ name: 'slow.bin', byteLength: 1 })
    await expect.poll(async () => (await callsOf('queueUploads')).length).toBe(1)
    await page.evaluate((failure) => window.fake.failWith('matchSources', failure), FULL)
    await give({ name: 'b.bin', byteLength: 1 })
    const report = page.getByText('1 item was not added.')
    await report.waitFor()

    await page.evaluate(() => window.fake.release('queueUploads'))
    await row('slow.bin').getByText(/^Done/).waitFor()

    expect(await report.count()).toBe(1)
    await button('Dismiss').click()
    await report.waitFor({ state: 'detached' })
  })

  it('says how many were recognised and how many are new', async () => {
    const waiting = { status: { phase: 'waiting' }, sourceId: null, byteLength: 5 } as const
    const { page, give, row } = await suite.open(
      aWorld({
        uploads: [
          aRecord(1, { name: 'one.bin', ...waiting }),
          aRecord(2, { name: 'two.bin', ...waiting }),
          aRecord(3, { name: 'other.bin', ...waiting, byteLength: 6 }),
          aRecord(4, { name: 'stopped.bin', ...waiting, status: { phase: 'paused' } }),
        ],
      }),
    )
    await row('one.bin')
      .getByText(/^Action needed/)
      .waitFor()

    await give(
      ...['one.bin', 'two.bin', 'other.bin', 'stopped.bin'].map((name) => ({
        name,
        byteLength: 5,
      })),
    )

    await page
      .getByText('3 files were recognised: 2 go on, 1 stays as its row says; 1 is new.')
      .waitFor()
    await row('two.bin').getByText(/^Done/).waitFor()
    await row('stopped.bin')
      .getByText(/^Paused/)
      .waitFor()
    expect(await row('other.bin').count()).toBe(2)
  })
})

it('a drop that announces files and contains none gets a message', async () => {
  const { page, callsOf } = await suite.open(aWorld())

  // The window may start listening a moment after it shows.
  await page.waitForFunction(() => {
    const dataTransfer = new DataTransfer()
    Object.defineProperty(dataTransfer, 'types', { value: ['Files'] })
    const drop = new DragEvent('drop', { dataTransfer, cancelable: true })
    dispatchEvent(drop)
    return drop.defaultPrevented
  })

  await page.getByText('The other program provided no file.').waitFor()
  expect(await callsOf('queueUploads')).toEqual([])
})

describe('the report of a folder', () => {
  async function chooseFolder({ page }: TestWindow, names: readonly string[]) {
    const folder = await mkdtemp(join(tmpdir(), 'ferry-report-'))
    onTestFinished(() => rm(folder, { recursive: true, force: true }))
    for (const name of names) {
      const path = join(folder, 'album', name)
      await mkdir(dirname(path), { recursive: true })
      await writeFile(path, name)
    }
    await page.locator('.drop-area input[webkitdirectory]').setInputFiles(join(folder, 'album'))
  }

  it('offers to upload the skipped system files: this once, or always', async () => {
    const opened = await suite.open(aWorld())
    const { page, row, button, callsOf } = opened
    await chooseFolder(opened, ['a.txt', '.DS_Store', '._a.txt'])
    await row('a.txt').getByText(/^Done/).waitFor()
    const left = page.getByText('2 system files were left out')
    await left.waitFor()

    await button('Upload them too').click()
    await row('.DS_Store').getByText(/^Done/).waitFor()
    await left.waitFor({ state: 'detached' })
    const savedBefore = await callsOf('saveRules')
    await chooseFolder(opened, ['b.txt', 'Thumbs.db'])
    await button('Always upload them').click()

    await row('Thumbs.db').getByText(/^Done/).waitFor()
    await page.getByText('System files in folders are uploaded to Client files').waitFor()
    expect(savedBefore).toEqual([])
    expect(await callsOf('saveRules')).toEqual([
      {
        destinationId: aWorld().selectedId,
        rules: { ...aWorld().destinations[0]?.rules, systemFiles: 'upload' },
      },
    ])
  })

  it('names macOS packages, and cancels their uploads', async () => {
    const opened = await suite.open(aWorld())
    const { page, row, button } = opened
    await page.evaluate(() => window.fake.hold('prepareUpload'))
    await chooseFolder(opened, ['a.txt', 'Trip.pages/index.xml', 'Trip.pages/Data/b.jpg'])
    await page.getByText('1 folder is a package, which macOS shows as one file.').waitFor()

    await button('Cancel 2 uploads').click()
    await page.evaluate(() => window.fake.release('prepareUpload'))

    await row('index.xml')
      .getByText(/^Cancelled/)
      .waitFor()
    await row('b.jpg')
      .getByText(/^Cancelled/)
      .waitFor()
    await row('a.txt').getByText(/^Done/).waitFor()
    expect(await button('Cancel 2 uploads').count()).toBe(0)
  })
})

describe('"Choose the file"', () => {
  const waiting = () =>
    aWorld({
      uploads: [
        aRecord(1, {
          ...{ name: 'film.mov', folder: 'trip/', byteLength: 5 },
          ...{ status: { phase: 'waiting' }, sourceId: null },
        }),
        aRecord(2, {
          ...{ name: 'film.mov', folder: 'home/', byteLength: 5 },
          ...{ status: { phase: 'waiting' }, sourceId: null },
        }),
      ],
    })

  async function choose(
    opened: Awaited<ReturnType<typeof suite.open>>,
    name: string,
    bytes: number,
  ) {
    const { page, rows } = opened
    const trip = rows.filter({ hasText: 'trip/' })
    const [chooser] = await Promise.all([
      page.waitForEvent('filechooser'),
      trip.getByRole('button', { name: 'Choose the file' }).press('Enter'),
    ])
    await chooser.setFiles({ name, mimeType: 'video/quicktime', buffer: Buffer.alloc(bytes, 7) })
    return { trip, home: rows.filter({ hasText: 'home/' }) }
  }

  it('gives the file to its own row, even if another row waits for the same name', async () => {
    const opened = await suite.open(waiting())

    const { trip, home } = await choose(opened, 'film.mov', 5)

    await trip.getByText(/^Done/).waitFor()
    await home.getByText(/^Action needed/).waitFor()
    expect(await opened.rows.count()).toBe(2)
    expect(await opened.callsOf('queueUploads')).toEqual([])
  })

  it('offers to upload a file of another length from the start, and does so only on request', async () => {
    const opened = await suite.open(waiting())
    const { page, button, callsOf } = opened
    const { trip } = await choose(opened, 'film.mov', 6)
    await page.getByText('“film.mov” is not the same file as before').waitFor()
    const begunBefore = await callsOf('uploadAgain')

    await button('Upload it from the start').click()
    await trip.getByText(/^Done/).waitFor()

    expect(begunBefore).toEqual([])
    expect(await trip.getByText('6 bytes').count()).toBe(1)
  })

  it('leaves the row as it is if the user declines the other file', async () => {
    const opened = await suite.open(waiting())
    const { trip } = await choose(opened, 'film.mov', 6)

    await opened.button('Leave it').click()

    await opened.page.getByText('is not the same file as before').waitFor({ state: 'detached' })
    await trip.getByText(/^Action needed/).waitFor()
    expect(await opened.callsOf('uploadAgain')).toEqual([])
  })

  it('accepts no file with another name', async () => {
    const opened = await suite.open(waiting())

    const { trip } = await choose(opened, 'letter.txt', 6)
    await opened.page.getByText('“letter.txt” is a different file.').waitFor()

    await trip.getByText(/^Action needed/).waitFor()
    expect(await opened.callsOf('uploadAgain')).toEqual([])
  })
})

describe('"Upload again" for a file that was missing', () => {
  it('resumes where it stopped if it is the same file', async () => {
    const failure = { kind: 'source-missing' } as const
    const { page, row, callsOf } = await suite.open(
      aWorld({
        uploads: [
          aRecord(1, { name: 'a.txt', byteLength: 5, status: { phase: 'failed', failure } }),
        ],
      }),
    )

    const [chooser] = await Promise.all([
      page.waitForEvent('filechooser'),
      row('a.txt').getByRole('button', { name: 'Upload again' }).press('Enter'),
    ])
    await chooser.setFiles({ name: 'a.txt', mimeType: 'text/plain', buffer: Buffer.alloc(5) })
    await row('a.txt').getByText(/^Done/).waitFor()

    expect(await callsOf('attachSources')).toHaveLength(1)
    expect(await callsOf('uploadAgain')).toEqual([])
  })
})
