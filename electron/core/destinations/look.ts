import { DestinationColor } from '../../contract/commands/destinations.ts'
import type { StoredDestination } from './stored-destination.ts'

/** As `DestinationName` has it. */
const MAX_LENGTH = 200

type Others = readonly Pick<StoredDestination, 'name' | 'color'>[]

/** The name itself, or the first of `name 2`, `name 3` … that no other destination has. */
export function freeName(wanted: string, others: Others): string {
  return firstFree(wanted, others, (count) => (count === 1 ? '' : ` ${count}`))
}

/** `name (copy)`, `name (copy 2)` … */
export function copyName(name: string, others: Others): string {
  return firstFree(name, others, (count) => (count === 1 ? ' (copy)' : ` (copy ${count})`))
}

function firstFree(name: string, others: Others, ending: (count: number) => string): string {
  const taken = new Set(others.map((each) => each.name))
  for (let count = 1; ; count += 1) {
    const free = shortened(name, MAX_LENGTH - ending(count).length) + ending(count)
    if (!taken.has(free)) return free
  }
}

/** Cut between characters, so that none is left half. */
function shortened(name: string, maxLength: number): string {
  if (name.length <= maxLength) return name
  const cut = name.slice(0, maxLength)
  return cut.isWellFormed() ? cut : cut.slice(0, -1)
}

/** The one that the fewest have; of several, the first. */
export function leastUsedColor(others: Others): DestinationColor {
  const uses = (color: DestinationColor) => others.filter((each) => each.color === color).length
  return DestinationColor.options.reduce((best, each) => (uses(each) < uses(best) ? each : best))
}
