import { expect, it } from 'vitest'
import { openFerry } from '../worlds/world.ts'

it('keeps the page on its own origin, without Node, and able to reach only the configured endpoints', async () => {
  const { page } = await openFerry()

  const seen = await page.page.evaluate(async () => ({
    origin: location.origin,
    commands: Object.keys((window as unknown as { ferry: { commands: object } }).ferry.commands),
    hasNode: 'require' in window || 'process' in window,
    isOtherReached: await fetch('https://example.com/').then(
      () => true,
      () => false,
    ),
  }))

  expect(seen).toMatchObject({ origin: 'app://ferry', hasNode: false, isOtherReached: false })
  expect(seen.commands).toContain('signParts')
})
