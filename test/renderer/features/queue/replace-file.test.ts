import type { Locator, Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import type { UploadRecord } from '../../../../electron/contract/commands/uploads.ts'
import type { FailureKind } from '../../../../electron/contract/failure/kinds.ts'
import type { FakeWorld } from '../../../fakes/fake-bridge.ts'
import { aRecord, aWorld } from '../../../fakes/fake-world.ts'
import { FAILURE_EXAMPLES } from '../../failures/failure-examples.ts'
import { windowSuite } from '../../window-suite.ts'

const suite = windowSuite()

const failedRecord = (kind: FailureKind, changes: Partial<UploadRecord> = {}) =>
  aRecord(2, {
    name: 'notes.txt',
    status: { phase: 'failed', failure: FAILURE_EXAMPLES[kind] },
    ...changes,
  })

/** The failed row is between two others. */
const worldWith = (record: UploadRecord): FakeWorld =>
  aWorld({ uploads: [aRecord(1, { name: 'old.bin' }), record, aRecord(3, { name: 'new.bin' })] })

const again = (row: Locator) => row.getByRole('button', { name: 'Upload again', exact: true })

async function choose(page: Page, row: Locator, name: string): Promise<void> {
  const [chooser] = await Promise.all([page.waitForEvent('filechooser'), again(row).press('Enter')])
  await chooser.setFiles({ name, mimeType: 'text/plain', buffer: Buffer.from('as it is now') })
}

describe('a file that changed while it was uploaded', () => {
  it('is uploaded again at once if the host can read it, in the same row', async () => {
    const record = failedRecord('source-changed', { isSourceDurable: true })
    const { page, row, rows, callsOf } = await suite.open(worldWith(record))
    await page.evaluate(() => window.fake.hold('prepareUpload'))
    const notes = row('notes.txt')
    await notes.getByText(/^Failed/).waitFor()

    await again(notes).press('Enter')
    await notes.getByText(/^(Waiting|Preparing)/).waitFor()

    expect(await callsOf('uploadAgain')).toEqual([{ uploadId: record.uploadId, sourceId: null }])
    expect(await rows.evaluateAll((all) => all.map(({ ariaLabel }) => ariaLabel))).toEqual([
      'new.bin',
      'notes.txt',
      'old.bin',
    ])
  })

  it('is asked for in a browser, and uploaded as it is now', async () => {
    const record = failedRecord('source-changed')
    const { page, row, callsOf } = await suite.open(worldWith(record))
    const notes = row('notes.txt')

    await choose(page, notes, 'notes.txt')
    await notes.getByText(/^Done/).waitFor()

    expect(await callsOf('uploadAgain')).toEqual([
      {
        uploadId: record.uploadId,
        sourceId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        facts: { contentType: 'text/plain', hash8: null, encoding: 'utf-8' },
      },
    ])
    expect(await notes.getByText('12 bytes').count()).toBe(1)
    expect(await row('notes.txt').count()).toBe(1)
  })

  it('keeps the focus in its row', async () => {
    const record = failedRecord('source-changed', { isSourceDurable: true })
    const { page, row } = await suite.open(worldWith(record))
    await page.evaluate(() => window.fake.hold('prepareUpload'))

    await again(row('notes.txt')).press('Enter')
    await row('notes.txt')
      .getByText(/^(Waiting|Preparing)/)
      .waitFor()

    await expect
      .poll(() =>
        page.evaluate(() => document.activeElement?.closest('[role=listitem], li')?.ariaLabel),
      )
      .toBe('notes.txt')
  })

  it('is not mistaken for a file with another name', async () => {
    const { page, row, callsOf } = await suite.open(worldWith(failedRecord('source-changed')))

    await choose(page, row('notes.txt'), 'letter.txt')
    await page.getByText('“letter.txt” is a different file.').waitFor()

    await page.getByText('This row only takes “notes.txt”.').waitFor()
    await row('notes.txt')
      .getByText(/^Failed/)
      .waitFor()
    expect([await callsOf('uploadAgain'), await callsOf('queueUploads')]).toEqual([[], []])
  })

  it.each([
    ['however the system writes the accents', 'Müller.txt', 'Müller.txt'.normalize('NFD')],
    ['without the number that the row got', 'notes (2).tar', 'notes.tar'],
    ['with a number of its own', 'notes (2).tar', 'notes (2).tar'],
  ])('is recognised by its name, %s', async (_, rowName, fileName) => {
    const record = failedRecord('source-changed', { name: rowName })
    const { page, row, callsOf } = await suite.open(worldWith(record))

    await choose(page, row(rowName), fileName)

    await expect.poll(async () => (await callsOf('uploadAgain')).length).toBe(1)
    await page.getByText('is a different file').waitFor({ state: 'detached' })
  })

  it('says why it cannot be uploaded again, and can be tried again', async () => {
    const record = failedRecord('source-changed', { isSourceDurable: true })
    const { page, row } = await suite.open({
      ...worldWith(record),
      failures: { uploadAgain: FAILURE_EXAMPLES['source-missing'] },
    })
    const notes = row('notes.txt')

    await again(notes).press('Enter')
    await page.getByText('“notes.txt” could not be uploaded again.').waitFor()
    await page.getByText(/^The file is no longer where it was/).waitFor()
    await page.evaluate(() => {
      window.fake.failWith('uploadAgain', null)
      window.fake.hold('prepareUpload')
    })
    await again(notes).press('Enter')

    await notes.getByText(/^(Waiting|Preparing)/).waitFor()
  })
})

describe('what a failed row offers', () => {
  it.each([
    ['source-changed', ['Upload again']],
    ['object-differs', ['Upload again']],
    ['source-missing', ['Retry', 'Upload again']],
    ['source-unreadable', ['Retry', 'Upload again']],
    ['store-refused', ['Retry']],
  ] as const)('after %s is %j', async (kind, expected) => {
    const { row } = await suite.open(worldWith(failedRecord(kind)))
    const notes = row('notes.txt')
    await notes.getByText(/^Failed/).waitFor()

    const buttons = await notes.locator('.row-actions').getByRole('button').allTextContents()

    expect(buttons.filter((name) => name !== 'Cancel' && name !== '')).toEqual(expected)
  })

  it('asks for a file that the host does not find, even if it could read it before', async () => {
    const record = failedRecord('source-missing', { isSourceDurable: true })
    const { page, row } = await suite.open(worldWith(record))

    await choose(page, row('notes.txt'), 'notes.txt')

    await row('notes.txt').getByText(/^Done/).waitFor()
  })
})
