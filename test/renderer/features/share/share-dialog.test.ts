import { expect, it } from 'vitest'
import { aDestination, aDoneRecord, aWorld, localDestination } from '../../../fakes/fake-world.ts'
import { pastedText } from '../../../pasted-text.ts'
import { windowSuite } from '../../window-suite.ts'

const suite = windowSuite()
const HOUR = 3_600_000

it('copies a link through the host, and says so', async () => {
  const { row, callsOf } = await suite.open(
    aWorld({ uploads: [aDoneRecord(1, HOUR, { name: 'offer.pdf' })] }),
  )

  await row('offer.pdf').getByRole('button', { name: 'Copy link' }).click()

  await row('offer.pdf').getByRole('button', { name: 'Copied' }).waitFor()
  expect(await callsOf('copyShareLink')).toHaveLength(1)
})

it.each([
  [{ reason: 'too-long', isCopied: true }, /^This link is too long for your system.*It was copied/],
  [{ reason: 'refused', isCopied: true }, /^Your system did not open the link.*It was copied/],
  [{ reason: 'refused', isCopied: false }, /^Your system did not open .*It could not be copied/],
] as const)('says that the system did not open a link: %j', async (notice, sentence) => {
  const { page } = await suite.open(aWorld())
  await page.getByRole('heading', { name: 'Client files' }).waitFor()

  await page.evaluate((seen) => window.fake.notify('linkNotOpened', seen), notice)

  const toast = page.locator('.toast')
  await toast.waitFor()
  expect((await toast.innerText()).replaceAll('\n', ' ')).toMatch(sentence)
})

it('copies through the page if the host cannot', async () => {
  const record = aDoneRecord(1, HOUR, { name: 'offer.pdf' })
  const { row, page, context } = await suite.open(aWorld({ isCopied: false, uploads: [record] }))
  await context.grantPermissions(['clipboard-write'])

  await row('offer.pdf').getByRole('button', { name: 'Copy link' }).click()

  await row('offer.pdf').getByRole('button', { name: 'Copied' }).waitFor()
  expect(await pastedText(page)).toBe(record.link?.url)
})

it('shows the link to be copied by hand if neither can', async () => {
  const record = aDoneRecord(1, HOUR, { name: 'offer.pdf' })
  const { row, page } = await suite.open(aWorld({ isCopied: false, uploads: [record] }))
  await page.evaluate(() => {
    navigator.clipboard.writeText = () => Promise.reject(new Error('refused'))
  })

  await row('offer.pdf').getByRole('button', { name: 'Copy link' }).click()

  const link = page.getByRole('dialog').getByRole('textbox', { name: 'Share link' })
  expect(await link.inputValue()).toBe(record.link?.url)
})

it('says what a link grants and until when', async () => {
  const { row, page } = await suite.open(
    aWorld({ uploads: [aDoneRecord(1, HOUR, { name: 'offer.pdf' })] }),
  )

  await row('offer.pdf').getByRole('button', { name: 'Share…' }).click()

  await page
    .getByText(/^Anyone with this link can download the file until .+; the only way to revoke it/)
    .waitFor()
})

it('says that a link to this computer works here only', async () => {
  const { destinationId } = localDestination()
  const { row, page } = await suite.open(
    aWorld({
      destinations: [localDestination()],
      selectedId: destinationId,
      uploads: [aDoneRecord(1, HOUR, { name: 'offer.pdf', destinationId })],
    }),
  )

  await row('offer.pdf').getByRole('button', { name: 'Share…' }).click()

  await page.getByText(/works on this computer only, while Ferry runs/).waitFor()
})

it('makes a link with another lifetime and remembers it for the destination', async () => {
  const { row, page, callsOf } = await suite.open(
    aWorld({ uploads: [aDoneRecord(1, HOUR, { name: 'offer.pdf' })] }),
  )
  await row('offer.pdf').getByRole('button', { name: 'Share…' }).click()
  const dialog = page.getByRole('dialog')

  await dialog.getByRole('radio', { name: '7 days' }).check()
  await dialog.getByRole('button', { name: 'Make a new link' }).click()
  await dialog.getByText('Here it is.').waitFor()

  expect(await callsOf('createShareLink')).toMatchObject([{ linkSeconds: 604_800 }])
  expect(await callsOf('setLinkLife')).toEqual([
    { destinationId: aDestination().destinationId, linkSeconds: 604_800 },
  ])
  await page.keyboard.press('Escape')
  await row('offer.pdf')
    .getByText(/the link expires in (7 days|6 days 2[34] hr)/)
    .waitFor()
})

it('says that a link has expired and makes a new one with one click', async () => {
  const { row } = await suite.open(
    aWorld({ uploads: [aDoneRecord(1, -HOUR, { name: 'offer.pdf' })] }),
  )
  const offer = row('offer.pdf')
  await offer.getByText(/^Done · its link expired/).waitFor()

  const before = await offer.getByRole('link', { name: 'Open link' }).count()
  await offer.getByRole('button', { name: 'Make a new link' }).click()
  await offer.getByRole('link', { name: 'Open link' }).waitFor()

  expect(before).toBe(0)
})

it('says why a new link cannot be made', async () => {
  const { row, page } = await suite.open(
    aWorld({
      uploads: [aDoneRecord(1, -HOUR, { name: 'offer.pdf' })],
      failures: { createShareLink: { kind: 'secret-missing' } },
    }),
  )

  await row('offer.pdf').getByRole('button', { name: 'Make a new link' }).click()

  await page.getByText('A new link for “offer.pdf” could not be made.').waitFor()
})
