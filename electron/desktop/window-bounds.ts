import * as z from 'zod/mini'

const pixels = z.int().check(z.gte(-100_000), z.lte(100_000))

/** In device-independent pixels, as Electron's `Rectangle`. */
export const WindowBounds = z.strictObject({ x: pixels, y: pixels, width: pixels, height: pixels })
export type WindowBounds = z.infer<typeof WindowBounds>

export const DEFAULT_SIZE = { width: 1120, height: 740 } as const
export const MIN_SIZE = { width: 360, height: 420 } as const

/** So much of the title bar must be visible for a person to grab it. */
const MIN_VISIBLE_TITLE = { width: 120, height: 24 } as const

/**
 * Where the window opens: where it was, if that is still on a screen; shrunk to the screen.
 * Null: let the system place a window of the usual size.
 */
export function placeWindow(
  remembered: unknown,
  workAreas: readonly WindowBounds[],
): WindowBounds | null {
  const parsed = WindowBounds.safeParse(remembered)
  if (!parsed.success) return null
  const bounds = parsed.data
  const screen = workAreas.find((area) => isGrabbable(bounds, area))
  if (screen === undefined) return null
  const width = Math.max(MIN_SIZE.width, Math.min(bounds.width, screen.width))
  const height = Math.max(MIN_SIZE.height, Math.min(bounds.height, screen.height))
  return { x: bounds.x, y: bounds.y, width, height }
}

/** The bounds, moved to this screen unless their middle is on it already. */
export function sameScreen(bounds: WindowBounds, area: WindowBounds): WindowBounds {
  const middle = { x: bounds.x + bounds.width / 2, y: bounds.y + bounds.height / 2 }
  const isThere =
    middle.x >= area.x &&
    middle.x < area.x + area.width &&
    middle.y >= area.y &&
    middle.y < area.y + area.height
  return isThere ? bounds : { ...bounds, x: area.x, y: area.y }
}

function isGrabbable(bounds: WindowBounds, area: WindowBounds): boolean {
  const visible =
    Math.min(bounds.x + bounds.width, area.x + area.width) - Math.max(bounds.x, area.x)
  const isTitleVisible =
    bounds.y >= area.y && bounds.y + MIN_VISIBLE_TITLE.height <= area.y + area.height
  return visible >= MIN_VISIBLE_TITLE.width && isTitleVisible
}
