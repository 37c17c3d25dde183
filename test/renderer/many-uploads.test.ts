import { expect, it } from 'vitest'
import { aDoneRecord, aWorld } from '../fakes/fake-world.ts'
import { windowSuite } from './window-suite.ts'

const suite = windowSuite()
const COUNT = 10_000

it('keeps ten thousand rows out of the document, and any of them in reach', async () => {
  const uploads = Array.from({ length: COUNT }, (_, place) =>
    aDoneRecord(place, 86_400_000, { name: `photo-${place}.jpg` }),
  )
  const { page, rows, row } = await suite.open(aWorld({ uploads }))
  await row(`photo-${COUNT - 1}.jpg`).waitFor()

  const atStart = await rows.count()
  const sizes = await rows.first().evaluate((item) => [item.ariaPosInSet, item.ariaSetSize])
  await page.locator('.upload-scroller').evaluate((scroller) => {
    scroller.scrollTop = scroller.scrollHeight
  })
  await row('photo-0.jpg').waitFor()
  const atEnd = await rows.count()

  expect(sizes).toEqual(['1', String(COUNT)])
  expect(Math.max(atStart, atEnd)).toBeLessThan(40)
})
