import type { Page } from 'playwright-core'

/** What is on the clipboard, by pasting it: the page itself may not read the clipboard. */
export async function pastedText(page: Page): Promise<string> {
  const area = await page.evaluateHandle(() => {
    const element = document.createElement('textarea')
    // A dialog keeps the focus within itself.
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
