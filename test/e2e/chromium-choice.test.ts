import { afterEach, expect, it, vi } from 'vitest'
import { launchChromium } from '../../scripts/chromium.ts'
import { findChromium, otherChromium } from '../../scripts/chromium-binary.ts'

afterEach(() => {
  vi.unstubAllEnvs()
})

it('FERRY_CHROMIUM chooses between the installed browser and the packaged one', async () => {
  const usual = await findChromium()
  const other = await otherChromium()
  // A machine with only one browser has no other choice.
  if (other !== null) vi.stubEnv('FERRY_CHROMIUM', other)

  const found = await findChromium()
  const browser = await launchChromium()
  const version = browser.version()
  await browser.close()

  expect(found.isUnpacked).toBe(other === null ? usual.isUnpacked : other === 'packaged')
  expect(version).toMatch(/^\d+\./)
})
