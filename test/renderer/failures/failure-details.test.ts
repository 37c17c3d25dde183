import { describe, expect, it } from 'vitest'
import { CheckStep } from '../../../electron/contract/commands/checks.ts'
import type { Failure, StoreAnswer } from '../../../electron/contract/failure/kinds.ts'
import { DEFAULT_RULES } from '../../../electron/contract/rules/upload-rules.ts'
import { aDestination, aRecord, aWorld } from '../../fakes/fake-world.ts'
import { pastedText } from '../../pasted-text.ts'
import { windowSuite } from '../window-suite.ts'
import { FAILURE_EXAMPLES } from './failure-examples.ts'

const suite = windowSuite()

const ANSWER: StoreAnswer = {
  status: 403,
  code: 'QuotaExceeded',
  message: 'Bucket is full',
  requestId: 'tx0000-1',
  server: 'Ceph Object Gateway',
  atMs: Date.UTC(2026, 10, 20, 12),
}
const QUOTA: Failure = { kind: 'quota-exceeded', of: 'bucket', answer: ANSWER }
const COPYING = { permissions: ['clipboard-write'] }

const stuckWorld = (failure: Failure, changes: Parameters<typeof aRecord>[1] = {}) =>
  aWorld({
    uploads: [aRecord(1, { name: 'a.bin', status: { phase: 'failed', failure }, ...changes })],
  })

describe('the store’s own words about a row', () => {
  it('open with one key press, and can be copied to the clipboard', async () => {
    const { row, page } = await suite.open(stuckWorld(QUOTA), COPYING)
    const details = row('a.bin').getByRole('button', { name: 'Details of a.bin' })

    await details.focus()
    await page.keyboard.press('Enter')
    const popup = page.getByRole('dialog')
    const said = await popup.locator('dl').innerText()
    await popup.getByRole('button', { name: 'Copy details' }).focus()
    await page.keyboard.press('Enter')
    await popup.getByRole('button', { name: 'Copied' }).waitFor()
    const copied = await pastedText(page)
    await page.keyboard.press('Escape')
    await popup.waitFor({ state: 'detached' })

    expect(said.split('\n').filter((line) => line !== '')).toEqual([
      ...['Code', 'QuotaExceeded (403)', 'Message', 'Bucket is full'],
      ...['Request ID', 'tx0000-1', 'Server', 'Ceph Object Gateway', 'Time', expect.any(String)],
    ])
    expect(copied).toBe(
      'Code: QuotaExceeded (403)\nMessage: Bucket is full\nRequest ID: tx0000-1\nServer: Ceph Object Gateway\nTime: 2026-11-20T12:00:00.000Z',
    )
    expect(await details.evaluate((button) => button === document.activeElement)).toBe(true)
  })

  it('open on a press and not on hover', async () => {
    const { row, page } = await suite.open(stuckWorld(QUOTA))
    const details = row('a.bin').getByRole('button', { name: 'Details of a.bin' })

    await details.hover()
    const whenPointedAt = await page.getByRole('dialog').count()
    await details.click()
    await page.getByRole('dialog').getByText('Bucket is full').waitFor()

    expect(whenPointedAt).toBe(0)
  })

  it('do not change the height of the row, even in a small window', async () => {
    const { row, page } = await suite.open(stuckWorld(QUOTA), {
      viewport: { width: 420, height: 560 },
    })
    const before = await row('a.bin').boundingBox()

    await row('a.bin').getByRole('button', { name: 'Details of a.bin' }).click()
    const popup = page.getByRole('dialog')
    await popup.getByRole('button', { name: 'Copy details' }).waitFor()
    const box = await popup.boundingBox()

    expect(await row('a.bin').boundingBox()).toEqual(before)
    expect(box?.x).toBeGreaterThanOrEqual(0)
    expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThanOrEqual(420)
  })

  it('are selected if the browser does not let Ferry copy', async () => {
    const { row, page } = await suite.open(stuckWorld(QUOTA))
    await page.evaluate(() => {
      navigator.clipboard.writeText = () => Promise.reject(new Error('Refused'))
    })

    await row('a.bin').getByRole('button', { name: 'Details of a.bin' }).click()
    await page.getByRole('button', { name: 'Copy details' }).click()
    await page.getByText('The text is selected').waitFor()

    expect(await page.evaluate(() => String(getSelection()))).toContain('Bucket is full')
  })

  it('are not offered if the store said nothing', async () => {
    const { row } = await suite.open(stuckWorld(FAILURE_EXAMPLES['source-missing']))
    await row('a.bin')
      .getByText(/^Failed/)
      .waitFor()

    expect(
      await row('a.bin')
        .getByRole('button', { name: /^Details/ })
        .count(),
    ).toBe(0)
  })

  it('leave out missing fields', async () => {
    const bare = { ...ANSWER, code: '', message: '', requestId: '', server: '' }
    const { row, page } = await suite.open(stuckWorld({ ...QUOTA, answer: bare }))

    await row('a.bin').getByRole('button', { name: 'Details of a.bin' }).click()

    expect(await page.getByRole('dialog').locator('dt').allTextContents()).toEqual(['Code', 'Time'])
    expect(await page.getByRole('dialog').locator('dd').first().textContent()).toBe('403')
  })
})

describe('the store’s own words about a check', () => {
  const failedPut = {
    ...({ step: 'put', verdict: 'failed', fix: null } as const),
    finding: { kind: 'failure', failure: QUOTA } as const,
  }
  const lines = CheckStep.options.map((step) =>
    step === 'put' ? failedPut : { step, verdict: 'passed' as const, finding: null, fix: null },
  )

  it('appear beside the line that they belong to', async () => {
    const { page } = await suite.open(aWorld({ checkReport: { lines, notes: [] } }))
    await page.getByRole('button', { name: 'More about Client files' }).click()
    await page.getByRole('menuitem', { name: 'Check connection' }).click()
    await page.getByText('The quota of this bucket').waitFor()

    await page.getByRole('button', { name: 'Details of Uploading files' }).click()

    await page.getByText('tx0000-1').waitFor()
  })

  it('appear in the dialog whose action failed', async () => {
    const { page, button } = await suite.open(
      aWorld({ failures: { saveDestination: { ...QUOTA } } }),
    )
    await button('Connect a bucket').click()
    await button('Save').click()
    await page.getByRole('alert').getByText('The quota of this bucket').waitFor()

    await page.getByRole('button', { name: 'Details of the connection' }).click()

    await page.getByText('tx0000-1').waitFor()
  })
})

describe('a refusal that other rules can resolve', () => {
  it('leads to the rules, and the upload continues when they are saved', async () => {
    const { row, page, button, callsOf, give } = await suite.open(
      aWorld({
        destinations: [aDestination({ rules: { ...DEFAULT_RULES, acl: 'public-read' } })],
        failures: { prepareUpload: { kind: 'acl-refused', answer: ANSWER } },
      }),
    )
    await give({ name: 'a.bin', byteLength: 10 })
    await row('a.bin')
      .getByText(/^Action needed · This bucket takes no ACLs/)
      .waitFor()
    await page.evaluate(() => window.fake.failWith('prepareUpload', null))

    await row('a.bin').getByRole('button', { name: 'Open rules' }).click()
    await page.getByRole('dialog', { name: 'Rules of Client files' }).waitFor()
    await page.getByRole('combobox', { name: 'ACL' }).click()
    await page.getByRole('option', { name: /^none/i }).click()
    const before = (await callsOf('prepareUpload')).length
    await button('Save').click()
    await page.getByText(/1 upload continues\.$/).waitFor()

    await expect.poll(async () => (await callsOf('prepareUpload')).length).toBe(before + 1)
  })

  it('about the part size is resolved by uploading again, not by a retry', async () => {
    const { row, page, button, callsOf } = await suite.open(
      stuckWorld({ kind: 'request-too-large', limitBytes: null }),
    )
    const names = await row('a.bin').getByRole('button').allTextContents()

    await row('a.bin').getByRole('button', { name: 'Open rules' }).click()
    await button('Save').click()
    await page.getByText('The rules of Client files are saved.').waitFor()

    expect(names).toEqual(expect.arrayContaining(['Open rules', 'Upload again']))
    expect(await callsOf('prepareUpload')).toEqual([])
  })
})
