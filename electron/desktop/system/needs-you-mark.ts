import { type NativeImage, nativeImage } from 'electron'

const SIDE = 32
/** Blue, green, red, opacity, as Chromium's bitmaps have them: the page's `--bad`. */
const RED = [0x2a, 0x32, 0xa8, 0xff] as const

/** A red dot for the task bar's icon (Windows): 16 x 16 pixels at twice their size. */
export function attentionBadge(): NativeImage {
  const bitmap = Buffer.alloc(SIDE * SIDE * RED.length)
  const middle = (SIDE - 1) / 2
  for (let at = 0; at < SIDE * SIDE; at += 1) {
    const fromMiddle = Math.hypot((at % SIDE) - middle, Math.floor(at / SIDE) - middle)
    if (fromMiddle <= SIDE / 2 - 1) bitmap.set(RED, at * RED.length)
  }
  return nativeImage.createFromBitmap(bitmap, { width: SIDE, height: SIDE, scaleFactor: 2 })
}
