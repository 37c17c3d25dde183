import type { DestinationColor } from '../../electron/contract/commands/destinations.ts'
import { initialOf } from './initial.ts'
import './destination-mark.css'

/** The coloured square by which a destination is known; its name stands beside it. */
export function DestinationMark({
  name,
  color,
}: {
  readonly name: string
  readonly color: DestinationColor
}) {
  return (
    <span className={`destination-mark mark-${color}`} aria-hidden="true">
      {initialOf(name)}
    </span>
  )
}
