import { describe, expect, it } from 'vitest'
import type { Proof } from '../../../../electron/contract/checksum.ts'
import { MIB } from '../../../../electron/contract/limits.ts'
import { aDoneRecord, aWorld } from '../../../fakes/fake-world.ts'
import { windowSuite } from '../../window-suite.ts'

const suite = windowSuite()

const HOUR_MS = 60 * 60 * 1000

async function openDone(proof: Proof | null) {
  const opened = await suite.open(
    aWorld({ uploads: [aDoneRecord(1, HOUR_MS, { name: 'offer.pdf' }, proof)] }),
  )
  const row = opened.row('offer.pdf')
  const status = row.locator('.row-status')
  await status.waitFor()
  return { ...opened, offer: row, status }
}

describe('a finished file', () => {
  it.each([
    [{ level: 'whole', algorithm: 'crc64nvme' }, 'checksum of the finished object', 'CRC64NVME'],
    [{ level: 'whole', algorithm: 'md5' }, 'checksum of the finished object', 'MD5'],
    [{ level: 'parts', algorithm: 'sha256' }, 'compared each part', 'SHA-256'],
    [{ level: 'parts', algorithm: 'crc32c' }, 'compared each part', 'CRC32C'],
  ] as const)('is shown as verified, with the evidence by keyboard: %j', async (proof, ...how) => {
    const { page, offer, status } = await openDone(proof)

    const said = await status.textContent()
    await offer.getByRole('button', { name: 'verified: how it was checked' }).focus()
    await page.keyboard.press('Enter')
    const details = page.getByRole('dialog')
    await details.waitFor()
    const text = await details.textContent()
    await page.keyboard.press('Escape')
    await details.waitFor({ state: 'detached' })

    expect(said).toMatch(/^Done, verified · the link expires in/)
    for (const words of how) expect(text).toContain(words)
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('verified')
  })

  it('shows the evidence on hover, too', async () => {
    const { page, offer } = await openDone({ level: 'whole', algorithm: 'crc64nvme' })

    await offer.getByText('verified', { exact: true }).hover()

    await page.getByRole('dialog', { name: 'The whole file was compared' }).waitFor()
  })

  it('is not called verified if the store offers no check', async () => {
    const { page, offer, status } = await openDone({ level: 'none' })

    const said = await status.textContent()
    await offer.getByRole('button', { name: 'not verified: how it was checked' }).click()

    expect(said).toMatch(
      /^Done\. Uploaded, not verified: this store offers no check · the link expires in/,
    )
    await page.getByRole('dialog', { name: 'There was no checksum to compare' }).waitFor()
  })

  it('of an older Ferry without verification says nothing about it', async () => {
    const { offer, status } = await openDone(null)

    expect(await status.textContent()).toMatch(/^Done · the link expires in/)
    expect(await offer.getByRole('button', { name: /verified/ }).count()).toBe(0)
  })
})

it('shows Verifying while the file is read again, which can be paused, and then the evidence', async () => {
  const { page, row, give } = await suite.open(aWorld())
  await page.evaluate(() => window.fake.hold('checkSource'))
  await give({ name: 'film.mov', byteLength: 40 * MIB })
  const film = row('film.mov')

  await film.getByText(/^Verifying/).waitFor()
  const said = await film.locator('.row-status').textContent()
  const bar = await film.getByRole('progressbar').getAttribute('aria-valuetext')
  await film.getByRole('button', { name: 'Pause' }).press('Enter')
  await film.getByText(/^Paused/).waitFor()
  await page.evaluate(() => window.fake.release('checkSource'))
  await film.getByRole('button', { name: 'Resume' }).press('Enter')
  await film.getByText(/^Done, verified/).waitFor()

  expect(said).toMatch(/^Verifying · reading the file again to verify it/)
  expect(bar).toMatch(/^checked \d+ %$/)
})
