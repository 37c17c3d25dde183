import { describe, expect, it } from 'vitest'
import { commands } from '../../../../electron/contract/commands.ts'
import type { Failure } from '../../../../electron/contract/failure/kinds.ts'
import { DEFAULT_RULES } from '../../../../electron/contract/rules/upload-rules.ts'
import { failureText } from '../../../../renderer/failures/failure-text.ts'
import { aDestination, aRecord, aWorld } from '../../../fakes/fake-world.ts'
import { FAILURE_EXAMPLES } from '../../failures/failure-examples.ts'
import { dragOver, dropFiles, pasteFile } from '../../gestures.ts'
import { windowSuite } from '../../window-suite.ts'

const suite = windowSuite()

describe('giving files to the window', () => {
  it('accepts a drop anywhere and shows its destination', async () => {
    const { page, row } = await suite.open(aWorld())
    await page.getByRole('heading', { name: 'Client files' }).waitFor()

    await dragOver(page, ['a.txt'])
    await page.getByText('Drop to upload to Client files').waitFor()
    await dropFiles(page, ['a.txt', 'b.txt'])

    await row('a.txt').getByText(/^Done/).waitFor()
    await row('b.txt').getByText(/^Done/).waitFor()
    expect(await page.getByText('Drop to upload to Client files').count()).toBe(0)
  })

  it('reads a file for its type and for the hash that the key template needs', async () => {
    const rules = { ...DEFAULT_RULES, keyTemplate: '{prefix}{hash8}/{name}' }
    const { page, row, callsOf } = await suite.open(
      aWorld({ destinations: [aDestination({ rules })] }),
    )
    await page.getByRole('heading', { name: 'Client files' }).waitFor()

    await page.evaluate(() => {
      const gif = new Uint8Array([0x47, 0x49, 0x46, 0x38, 0x39, 0x61, 1, 0, 1, 0, 0, 0, 0, 0x3b])
      const dataTransfer = new DataTransfer()
      dataTransfer.items.add(new File([gif], 'picture'))
      document.body.dispatchEvent(
        new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer }),
      )
    })
    await row('picture').getByText(/^Done/).waitFor()

    expect(await callsOf('queueUploads')).toMatchObject([
      { items: [{ contentType: 'image/gif', hash8: expect.stringMatching(/^[0-9a-f]{8}$/) }] },
    ])
  })

  it('accepts a paste, except into a text field', async () => {
    const { page, row, rows, button } = await suite.open(aWorld())
    await button('Connect a bucket').click()
    await page.getByRole('textbox', { name: 'Bucket' }).focus()

    await pasteFile(page, 'not-this.txt')
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await pasteFile(page, 'this.txt')

    await row('this.txt').waitFor()
    expect(await rows.count()).toBe(1)
  })

  it('opens a file chooser of its own from each button', async () => {
    const { page, button } = await suite.open(aWorld())

    const [files] = await Promise.all([
      page.waitForEvent('filechooser'),
      button('Choose files').click(),
    ])
    const [folder] = await Promise.all([
      page.waitForEvent('filechooser'),
      button('Choose folder').click(),
    ])

    const isFolder = (chooser: typeof files) =>
      chooser.element().evaluate((input) => 'webkitdirectory' in input && input.webkitdirectory)
    expect([await isFolder(files), await isFolder(folder)]).toEqual([false, true])
    expect(files.isMultiple()).toBe(true)
    // Nothing else in the window is found this way.
    expect(await page.locator('input[type=file]').count()).toBe(2)
  })

  it('lists what was refused, with the reason, until it is dismissed', async () => {
    const { page, give, button } = await suite.open(
      aWorld({ failures: { queueUploads: { kind: 'disk-full', where: 'data-folder' } } }),
    )

    await give({ name: 'a.bin', byteLength: 1 }, { name: 'b.bin', byteLength: 1 })

    await page.getByText('2 items were not added.').waitFor()
    await page.getByText('b.bin: The disk with Ferry’s data is full.').waitFor()
    await button('Dismiss').click()
    expect(await page.getByText('2 items were not added.').count()).toBe(0)
  })
})

describe('a row', () => {
  it('goes from Uploading via Paused to Done, with its own buttons', async () => {
    const { row, give, page } = await suite.open(aWorld())
    suite.server().holdParts()
    await give({ name: 'film.mov', byteLength: 3_000_000 })
    const film = row('film.mov')
    await film.getByText(/^Uploading \d+ %/).waitFor()
    const bar = film.getByRole('progressbar')

    expect(await bar.getAttribute('aria-valuetext')).toMatch(/^\d+ %$/)
    await film.getByRole('button', { name: 'Pause' }).click()
    await film.getByText(/^Paused/).waitFor()
    const resume = film.getByRole('button', { name: 'Resume' })
    const keepsFocus = await resume.evaluate((button) => button === document.activeElement)
    suite.server().releaseParts()
    await resume.click()
    await film.getByText(/^Done/).waitFor()

    expect(keepsFocus).toBe(true)
    expect(await film.getByRole('link', { name: 'Open link' }).getAttribute('href')).toContain(
      'film.mov',
    )
    await expect.poll(() => page.title()).toBe('Ferry')
  })

  it('is Cancelled at once if little was sent, and leaves the list on request', async () => {
    const { row, give, page } = await suite.open(aWorld())
    suite.server().holdParts()
    await give({ name: 'oops.bin', byteLength: 1000 })
    await row('oops.bin')
      .getByText(/^Uploading/)
      .waitFor()

    await row('oops.bin').getByRole('button', { name: 'Cancel' }).click()
    await row('oops.bin').getByText('Cancelled · nothing is left in the bucket').waitFor()
    await row('oops.bin').getByRole('button', { name: 'More actions' }).click()
    await page.getByRole('menuitem', { name: 'Remove from the list' }).click()

    await page.getByText('They go straight to the bucket').waitFor()
  })

  it('keeps the keyboard focus after a button has done its work', async () => {
    const { row, page } = await suite.open(
      aWorld({ uploads: [aRecord(1, { name: 'stop.bin', byteLength: 100 })] }),
    )

    await row('stop.bin').getByRole('button', { name: 'Cancel' }).focus()
    await page.keyboard.press('Enter')
    await row('stop.bin')
      .getByText(/^Cancelled/)
      .waitFor()

    expect(await page.evaluate(() => document.activeElement?.ariaLabel)).toBe('More actions')
  })

  it('asks before it discards many bytes', async () => {
    const { row, page, button, callsOf } = await suite.open(
      aWorld({
        uploads: [
          aRecord(1, { name: 'big.iso', byteLength: 900_000_000, recordedBytes: 400_000_000 }),
        ],
      }),
    )

    await row('big.iso').getByRole('button', { name: 'Cancel' }).click()
    await page.getByRole('alertdialog').getByText('400 MB are already in the bucket').waitFor()
    const before = await callsOf('cancelUpload')
    await button('Keep uploading').click()
    await page.getByRole('alertdialog').waitFor({ state: 'detached' })
    await row('big.iso').getByRole('button', { name: 'Cancel' }).click()
    await button('Cancel the upload').click()
    await row('big.iso')
      .getByText(/^Cancelled/)
      .waitFor()

    expect(before).toEqual([])
    expect(await callsOf('cancelUpload')).toHaveLength(1)
  })

  it('says Offline while there is no network, and resumes by itself', async () => {
    const { row, give, context } = await suite.open(aWorld())
    suite.server().holdParts()
    await give({ name: 'far.bin', byteLength: 1000 })
    await row('far.bin')
      .getByText(/^Uploading/)
      .waitFor()

    await context.setOffline(true)
    await row('far.bin')
      .getByText(/^Offline/)
      .waitFor()
    suite.server().releaseParts()
    await context.setOffline(false)

    await row('far.bin').getByText(/^Done/).waitFor()
  })

  it('says that the store does not answer, and resumes when it does', async () => {
    const { row, give, page } = await suite.open(aWorld())
    await page.route('**/store/**', (route) => route.abort())
    await give({ name: 'far.bin', byteLength: 1000 })

    await row('far.bin')
      .getByText(/^Waiting · The store does not answer; trying again (now|in \d+ sec)$/)
      .waitFor()
    await page.unroute('**/store/**')

    await row('far.bin').getByText(/^Done/).waitFor()
  })

  it('needs disk space, and resumes by itself when there is some', async () => {
    const { row, give, page } = await suite.open(
      aWorld({ failures: { prepareUpload: { kind: 'disk-full', where: 'data-folder' } } }),
    )
    await page.clock.install()
    await give({ name: 'kept.bin', byteLength: 1000 })

    await row('kept.bin')
      .getByText(/^Action needed · The disk with Ferry’s data is full\..* by itself/)
      .waitFor()
    await page.evaluate(() => window.fake.failWith('prepareUpload', null))
    // The longest pause between two attempts.
    await page.clock.fastForward(30_000)

    await row('kept.bin').getByText(/^Done/).waitFor()
  })

  it('resumes with all others once the proxy’s password was entered', async () => {
    const { row, give, page, callsOf } = await suite.open(
      aWorld({ failures: { prepareUpload: { kind: 'proxy-auth-needed' } } }),
    )
    await give(...['a.bin', 'b.bin'].map((name) => ({ name, byteLength: 1000 })))
    await row('a.bin').getByText('Action needed · The proxy asks for a password.').waitFor()
    await row('b.bin').getByText('Action needed · The proxy asks for a password.').waitFor()

    await page.evaluate(() => window.fake.failWith('prepareUpload', null))
    await row('a.bin').getByRole('button', { name: 'Enter password' }).click()

    await row('a.bin').getByText(/^Done/).waitFor()
    await row('b.bin').getByText(/^Done/).waitFor()
    expect(await callsOf('enterProxyPassword')).toEqual([{}])
  })

  it('asks for the file again after a restart, and resumes with it', async () => {
    const { row, page } = await suite.open(
      aWorld({
        uploads: [aRecord(1, { name: 'again.txt', status: { phase: 'waiting' }, sourceId: null })],
      }),
    )
    const again = row('again.txt')
    await again.getByText(/^Action needed · Drop the file here again/).waitFor()

    const [chooser] = await Promise.all([
      page.waitForEvent('filechooser'),
      again.getByRole('button', { name: 'Choose the file' }).click(),
    ])
    await chooser.setFiles([
      { name: 'again.txt', mimeType: 'text/plain', buffer: Buffer.alloc(2_300_000) },
    ])

    await again.getByText(/^Done/).waitFor()
  })

  it('says what is wrong and what to do, for every failure', async () => {
    const failures = Object.values(FAILURE_EXAMPLES).filter(isKeptInRecords)
    const uploads = failures.map((failure, place) =>
      aRecord(place, { name: `${failure.kind}.bin`, status: { phase: 'failed', failure } }),
    )
    // Tall enough for all rows, because rows out of sight are not in the document.
    const viewport = { width: 1120, height: 140 * uploads.length }
    const { row } = await suite.open(aWorld({ uploads }), { viewport })

    for (const failure of failures) {
      const { problem, wayOut } = failureText(failure, Date.now(), aDestination())
      const status = row(`${failure.kind}.bin`).getByText(problem.replace(/\d.*$/s, ''))
      const said = await status.textContent()
      expect.soft(said, failure.kind).toMatch(/^(Failed|Action needed)/)
      expect.soft(said, failure.kind).toContain(wayOut)
    }
  })
})

/** The failures that end an upload; the others are retried or belong to the form. */
function isKeptInRecords({ kind }: Failure): boolean {
  return kind !== 'form-invalid' && kind !== 'source-detached'
}

describe('rows whose object key is taken in the bucket', () => {
  const asking = () =>
    aWorld({ failures: { prepareUpload: { kind: 'key-taken', key: '2026/11/a.txt' } } })

  it('ask, and follow their own decision', async () => {
    const { row, give, page, button, callsOf } = await suite.open(asking())
    await give({ name: 'a.txt', byteLength: 10 })
    await row('a.txt').getByText('The bucket already has “2026/11/a.txt”.').waitFor()
    const names = await row('a.txt').getByRole('button').allTextContents()
    const noticeCount = await button('Replace for all 1').count()

    await page.evaluate(() => window.fake.failWith('prepareUpload', null))
    await row('a.txt').getByRole('button', { name: 'Replace' }).press('Enter')
    await row('a.txt').getByText(/^Done/).waitFor()

    expect(names).toEqual(['Keep both', 'Replace', 'Skip', 'Cancel'])
    expect(noticeCount).toBe(0)
    expect(await callsOf('decideConflict')).toMatchObject([{ decision: 'replace' }])
  })

  it('are decided together if there are several, and the focus moves to the list', async () => {
    const { row, rows, give, page, button, callsOf } = await suite.open(asking())
    await give(...['a.txt', 'b.txt', 'c.txt'].map((name) => ({ name, byteLength: 10 })))
    await page.getByText('3 uploads need your decision').first().waitFor()

    await row('b.txt').getByRole('button', { name: 'Skip' }).click()
    await row('b.txt').getByText('Cancelled: the bucket already has a file of this name').waitFor()
    await button('Skip for all 2').press('Enter')
    await rows
      .getByText(/^Cancelled: /)
      .nth(2)
      .waitFor()

    expect((await callsOf('decideConflict')).map((each) => countOf(each))).toEqual([1, 2])
    expect(await callsOf('cancelUpload')).toEqual([])
    await expect
      .poll(() => page.evaluate(() => Boolean(document.activeElement?.closest('li'))))
      .toBe(true)
  })
})

const countOf = (input: unknown) => commands.decideConflict.input.parse(input).uploadIds.length

describe('all rows', () => {
  it('are paused, resumed and cleared together', async () => {
    const { rows, give, button, page } = await suite.open(aWorld())
    suite.server().holdParts()
    await give({ name: 'one.bin', byteLength: 5000 }, { name: 'two.bin', byteLength: 5000 })
    await rows
      .getByText(/^Uploading/)
      .nth(1)
      .waitFor()

    await button('Pause all').click()
    await rows
      .getByText(/^Paused/)
      .nth(1)
      .waitFor()
    suite.server().releaseParts()
    await button('Resume all').click()
    await rows.getByText(/^Done/).nth(1).waitFor()
    await button('Hide finished').click()

    await page.getByText('They go straight to the bucket').waitFor()
  })

  it('are retried together if several failed, and can be paused while one is running', async () => {
    const { page, rows, give, button } = await suite.open(
      aWorld({ failures: { prepareUpload: { kind: 'too-large', limitBytes: 4 } } }),
    )
    await give({ name: 'one.bin', byteLength: 5000 }, { name: 'two.bin', byteLength: 5000 })
    await rows
      .getByText(/^Failed/)
      .nth(1)
      .waitFor()
    const pauseCount = await button('Pause all').count()

    await page.evaluate(() => window.fake.failWith('prepareUpload', null))
    await button('Retry all').click()

    await rows.getByText(/^Done/).nth(1).waitFor()
    expect(pauseCount).toBe(0)
  })

  it('are cancelled together only after a confirmation', async () => {
    const { rows, give, button, page } = await suite.open(aWorld())
    suite.server().holdParts()
    await give({ name: 'one.bin', byteLength: 5000 }, { name: 'two.bin', byteLength: 5000 })
    await rows
      .getByText(/^Uploading/)
      .nth(1)
      .waitFor()

    await button('More for all uploads').click()
    await page.getByRole('menuitem', { name: 'Cancel all…' }).click()
    await button('Cancel 2 uploads').click()

    await rows
      .getByText(/^Cancelled/)
      .nth(1)
      .waitFor()
  })

  it('report their progress in the title and task bar, and their end to assistive technology', async () => {
    const { page, row, callsOf } = await suite.open(
      aWorld({
        uploads: [aRecord(1, { name: 'half.bin', byteLength: 1000, recordedBytes: 420 })],
      }),
    )

    await row('half.bin').getByText('Paused at 42 %').waitFor()

    await expect.poll(() => page.title()).toBe('42 % – Ferry')
    await expect
      .poll(async () => (await callsOf('showProgress')).at(-1))
      .toMatchObject({ fraction: 0.42, pace: 'paused', movingCount: 0, onlyHereCount: 0 })
  })

  it('report to the host how many have finished, and that the host has the files of the rest', async () => {
    const { give, rows, callsOf } = await suite.open(
      aWorld({ uploads: [aRecord(1, { name: 'waits.bin', recordedBytes: 0 })] }),
    )
    await give({ name: 'one.bin', byteLength: 10 })
    await rows.getByText(/^Done/).waitFor()

    await expect
      .poll(async () => (await callsOf('showProgress')).at(-1))
      .toMatchObject({ finishedCount: 1, lastFinished: expect.any(String), onlyHereCount: 0 })
  })

  it('announce their end once, politely', async () => {
    const { page, give, rows } = await suite.open(aWorld())

    await give({ name: 'one.bin', byteLength: 10 }, { name: 'two.bin', byteLength: 10 })
    await rows.getByText(/^Done/).nth(1).waitFor()

    await page.getByRole('status').getByText('2 uploads done.').waitFor()
  })
})
