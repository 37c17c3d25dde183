/** What Chromium calls every picture on the clipboard. */
const GENERIC_NAME = /^image(\.[a-z0-9]{1,5})$/i

/** `Screenshot 2026-11-20 at 14.05.09.png`, in local time; null for a file with its own name. */
export function nameOfPastedImage(
  file: { readonly name: string; readonly type: string },
  now: Date,
): string | null {
  const extension = GENERIC_NAME.exec(file.name)?.[1]
  if (extension === undefined || !file.type.startsWith('image/')) return null
  const day = [now.getFullYear(), twoDigits(now.getMonth() + 1), twoDigits(now.getDate())]
  const time = [now.getHours(), now.getMinutes(), now.getSeconds()].map(twoDigits)
  return `Screenshot ${day.join('-')} at ${time.join('.')}${extension}`
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0')
}
