import { describe, expect, it } from 'vitest'
import { MIB } from '../../../../electron/contract/limits.ts'
import { aDestination, aRecord, aWorld, localDestination } from '../../../fakes/fake-world.ts'
import { FAILURE_EXAMPLES } from '../../failures/failure-examples.ts'
import { windowSuite } from '../../window-suite.ts'

const suite = windowSuite()

describe('keys that expire during uploads', () => {
  it.each([
    ['credentials-expired', 'Access key ID'],
    ['credentials-rejected', 'Access key ID'],
    ['secret-missing', 'Secret access key'],
  ] as const)(
    '%s: the form opens at “%s”, and the uploads continue afterwards',
    async (kind, field) => {
      const failure = FAILURE_EXAMPLES[kind]
      const { page, row, give } = await suite.open(aWorld({ failures: { prepareUpload: failure } }))
      await give({ name: 'one.bin', byteLength: 100 }, { name: 'two.bin', byteLength: 100 })
      for (const name of ['one.bin', 'two.bin']) {
        await row(name)
          .getByText(/^Action needed · The (keys|store|secret) /)
          .waitFor()
      }
      await page.evaluate(() => window.fake.failWith('prepareUpload', null))

      await row('one.bin').getByRole('button', { name: 'Enter keys' }).press('Enter')
      await page.getByRole('dialog', { name: 'Edit Client files' }).waitFor()
      await expect
        .poll(() =>
          page.evaluate(
            () => document.activeElement instanceof HTMLInputElement && document.activeElement.name,
          ),
        )
        .toBe(field === 'Access key ID' ? 'accessKeyId' : 'secretAccessKey')
      await page.getByRole('textbox', { name: 'Secret access key' }).fill('new')
      await page.keyboard.press('Enter')

      await page.getByText('2 uploads continue.').waitFor()
      await row('one.bin').getByText(/^Done/).waitFor()
      await row('two.bin').getByText(/^Done/).waitFor()
    },
  )

  it('leaves uploads that wait for other keys alone', async () => {
    const failure = FAILURE_EXAMPLES['credentials-expired']
    const { destinationId } = localDestination()
    const { page, row, button } = await suite.open(
      aWorld({
        destinations: [aDestination(), aDestination({ destinationId, name: 'Photos' })],
        uploads: [
          aRecord(1, { name: 'mine.bin', status: { phase: 'failed', failure } }),
          aRecord(2, { name: 'other.bin', status: { phase: 'failed', failure }, destinationId }),
        ],
        failures: { prepareUpload: FAILURE_EXAMPLES['store-refused'] },
      }),
    )

    await row('other.bin').getByRole('button', { name: 'Enter keys' }).click()
    await page.getByRole('dialog', { name: 'Edit Photos' }).waitFor()
    await button('Save').click()

    await page.getByText('1 upload continues.').waitFor()
    await row('mine.bin')
      .getByText(/^Action needed/)
      .waitFor()
  })

  it('say that the parts are kept, and for how long', async () => {
    const plan = { mode: 'multipart', byteLength: 640 * MIB, partBytes: 16 * MIB } as const
    const record = aRecord(1, {
      name: 'scan.tif',
      byteLength: 640 * MIB,
      plan,
      recordedBytes: 192 * MIB,
      status: { phase: 'failed', failure: FAILURE_EXAMPLES['credentials-expired'] },
      createdAtMs: Date.now(),
    })
    const { page, row } = await suite.open(
      aWorld({ destinations: [aDestination({ provider: 'r2' })], uploads: [record] }),
    )

    await row('scan.tif')
      .getByText(/^Action needed/)
      .waitFor()
    const said = await row('scan.tif').locator('.row-status').textContent()
    await row('scan.tif')
      .getByRole('button', { name: /^12 of 40 parts \(201 MB\) are kept/ })
      .press('Enter')
    const details = page.getByRole('dialog', { name: 'What is in the bucket so far' })
    await details.waitFor()

    expect(said).toContain('12 of 40 parts (201 MB) are kept in the bucket for about 7 days.')
    expect(await details.textContent()).toContain('only the rest is sent')
  })
})
