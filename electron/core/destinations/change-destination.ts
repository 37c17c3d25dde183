import type { Destination } from '../../contract/commands/destinations.ts'
import type { CommandInput } from '../../contract/commands.ts'
import type { DestinationId } from '../../contract/ids.ts'
import { failed, type Outcome } from '../../contract/outcome.ts'
import { visibleText } from '../../contract/plain-text.ts'
import type { Destinations } from './destinations.ts'
import { MAX_NAME_LENGTH } from './draft.ts'

/** Fails with `form-invalid` when nothing is left of the name. */
export function setDestinationLook(
  destinations: Destinations,
  { destinationId, name, color }: CommandInput<'setDestinationLook'>,
): Outcome<Destination> {
  const visible = visibleText(name, MAX_NAME_LENGTH)
  if (visible === '') {
    return failed({ kind: 'form-invalid', problems: [{ field: 'name', problem: 'missing' }] })
  }
  return destinations.change(destinationId, { name: visible, color })
}

/** There is one bucket on this computer, so of it there is no second. */
export async function duplicateDestination(
  destinations: Destinations,
  destinationId: DestinationId,
): Promise<Outcome<Destination>> {
  const stored = destinations.find(destinationId)
  if (stored === null) return failed({ kind: 'unknown-id' })
  return stored.kind === 'local' ? failed({ kind: 'not-now' }) : destinations.duplicate(stored)
}
