import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'

/** Fails if axe finds an accessibility violation in the light or the dark colour scheme. */
export async function expectAccessible(page: Page): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    await settle(page)
    const { violations } = await new AxeBuilder({ page })
      .setLegacyMode()
      .options({ resultTypes: ['violations'] })
      .analyze()

    expect(
      violations.map(({ id, nodes }) => ({ id, at: nodes.map(({ html }) => html) })),
      colorScheme,
    ).toEqual([])
  }
}

/** Colours fade in; a scan during the fade would measure the contrast of neither scheme. */
async function settle(page: Page): Promise<void> {
  // An animation is cancelled when its element is removed; then it rejects, and shows nothing any
  // more.
  await page.evaluate(() =>
    Promise.allSettled(document.getAnimations().map(({ finished }) => finished)),
  )
}
