import { formatDuration } from '../../design/format.ts'

/** A whole sentence. `storeTimeMs` null: the store did not say what time it has. */
export function clockDifference(storeTimeMs: number | null, nowMs: number): string {
  if (storeTimeMs === null) return 'This computer’s clock differs too much from the store’s.'
  const difference = formatDuration(Math.abs(storeTimeMs - nowMs))
  const direction = storeTimeMs > nowMs ? 'behind' : 'ahead of'
  return `This computer’s clock is ${difference} ${direction} the store’s.`
}
