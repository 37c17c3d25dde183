import { expect, it } from 'vitest'
import { aDoneRecord, aWorld } from '../../../fakes/fake-world.ts'
import { windowSuite } from '../../window-suite.ts'

const suite = windowSuite()
const COUNT = 10_000

it('keeps ten thousand rows out of the document, and each of them reachable', async () => {
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

it('keeps the focus in a row that scrolls out of sight', async () => {
  const uploads = Array.from({ length: 500 }, (_, place) =>
    aDoneRecord(place, 86_400_000, { name: `photo-${place}.jpg` }),
  )
  const { page, row } = await suite.open(aWorld({ uploads }))
  await row('photo-499.jpg').getByRole('button', { name: 'Copy link' }).focus()

  await page.locator('.upload-scroller').evaluate((scroller) => {
    scroller.scrollTop = scroller.scrollHeight
  })
  await row('photo-0.jpg').waitFor()

  const label = await page.evaluate(
    () => document.activeElement?.closest('[role=listitem], li')?.ariaLabel,
  )
  expect(label).toBe('photo-499.jpg')
})

it('renders only the row that changed', async () => {
  const uploads = Array.from({ length: 30 }, (_, place) =>
    aDoneRecord(place, 86_400_000, { name: `photo-${place}.jpg` }),
  )
  const { page, row } = await suite.open(aWorld({ uploads }))
  await row('photo-29.jpg').waitFor()

  const changed = await page.evaluate(
    async (record) => {
      const names = new Set<string>()
      const observer = new MutationObserver((mutations) => {
        for (const { target } of mutations) {
          const element = target instanceof Element ? target : target.parentElement
          names.add(element?.closest('li')?.ariaLabel ?? 'outside the list')
        }
      })
      const list = document.querySelector('[aria-label=Uploads]')
      if (list === null) throw new Error('no list')
      observer.observe(list, { subtree: true, childList: true, characterData: true })
      window.fake.notify('uploadsChanged', { uploads: [record] })
      await new Promise((resolve) => setTimeout(resolve, 0))
      await new Promise(requestAnimationFrame)
      observer.disconnect()
      return [...names]
    },
    { ...aDoneRecord(28, -1000, { name: 'photo-28.jpg' }) },
  )

  expect(changed).toEqual(['photo-28.jpg'])
})
