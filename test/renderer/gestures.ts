import type { Page } from 'playwright-core'

/** Drops files made in the page onto the middle of the window. */
export async function dropFiles(page: Page, names: readonly string[]): Promise<void> {
  await dragOver(page, names)
  await page.evaluate(() => {
    document.body.dispatchEvent(
      new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer: window.dragged }),
    )
  })
}

export async function dragOver(page: Page, names: readonly string[]): Promise<void> {
  await page.evaluate((all) => {
    const dragged = new DataTransfer()
    for (const name of all) dragged.items.add(new File(['contents'], name))
    window.dragged = dragged
    document.body.dispatchEvent(
      new DragEvent('dragover', { bubbles: true, cancelable: true, dataTransfer: dragged }),
    )
  }, names)
}

/** Pastes a file into whatever has the focus. */
export async function pasteFile(page: Page, name: string): Promise<void> {
  await page.evaluate((fileName) => {
    const clipboardData = new DataTransfer()
    clipboardData.items.add(new File(['contents'], fileName))
    const target = document.activeElement ?? document.body
    target.dispatchEvent(
      new ClipboardEvent('paste', { bubbles: true, cancelable: true, clipboardData }),
    )
  }, name)
}

declare global {
  interface Window {
    dragged: DataTransfer
  }
}
