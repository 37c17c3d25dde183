import type { Page } from 'playwright-core'

/** Reads the clipboard by pasting, because the page itself may not read it. */
export async function pastedText(page: Page): Promise<string> {
  const area = await page.evaluateHandle(() => {
    const element = document.createElement('textarea')
    // A dialog keeps the focus inside itself.
    const place = document.querySelector('[role=dialog]') ?? document.body
    place.append(element)
    return element
  })
  await area.focus()
  await page.keyboard.press('ControlOrMeta+V')
  const text = await area.inputValue()
  await area.evaluate((element) => element.remove())
  return text
}
