import * as z from 'zod/mini'
import { Destination } from '../../contract/destination.ts'
import { DestinationId } from '../../contract/ids.ts'
import type { Json, SettingsStore } from '../ports.ts'

/** A destination as the settings file holds it; the secret is there only as the vault keeps it. */
export const StoredDestination = z.extend(z.omit(Destination, { hasSecret: true }), {
  /** What the vault answered; null when the secret is not kept. */
  keptSecret: z.nullable(z.string()),
})
export type StoredDestination = z.infer<typeof StoredDestination>

const KEY = 'destinations'

const StoredList = z.object({
  selectedId: z.nullable(DestinationId),
  list: z.array(z.unknown()),
})

export interface DestinationList {
  readonly selectedId: DestinationId | null
  readonly list: readonly StoredDestination[]
}

/** Entries that are damaged are counted, not repeated: one bad line must not cost the others. */
export function readDestinations(settings: SettingsStore): DestinationList & { dropped: number } {
  const parsed = StoredList.safeParse(settings.get(KEY))
  if (!parsed.success) {
    return { selectedId: null, list: [], dropped: settings.get(KEY) === undefined ? 0 : 1 }
  }
  const list = parsed.data.list.flatMap((entry) => {
    const destination = StoredDestination.safeParse(entry)
    return destination.success ? [destination.data] : []
  })
  const isThere = list.some((each) => each.destinationId === parsed.data.selectedId)
  return {
    selectedId: isThere ? parsed.data.selectedId : null,
    list,
    dropped: parsed.data.list.length - list.length,
  }
}

export function writeDestinations(settings: SettingsStore, state: DestinationList): void {
  const value: Json = { selectedId: state.selectedId, list: [...state.list] }
  settings.set(KEY, value)
}
