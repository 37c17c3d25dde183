import * as z from 'zod/mini'
import { DestinationId } from '../../contract/ids.ts'
import { isFields, type JsonFields, readFields } from '../../lib/read-fields.ts'
import type { Json, SettingsStore } from '../ports.ts'
import {
  readDestination,
  type StoredDestination,
  writtenDestination,
} from './stored-destination.ts'

export interface DestinationList {
  readonly selectedId: DestinationId | null
  /** Selected at each start; null: the one selected last. */
  readonly defaultId: DestinationId | null
  readonly list: readonly StoredDestination[]
  /** What this Ferry cannot read; it is written back as it is. */
  readonly aside: ListAside
}

export interface ListAside {
  /** By its name in the file. */
  readonly fields: JsonFields
  /** Whole entries of the list, verbatim. */
  readonly entries: readonly Json[]
}

const KEY = 'destinations'

const CHOICES = { selectedId: z.nullable(DestinationId), defaultId: z.nullable(DestinationId) }
const NO_CHOICES = { selectedId: null, defaultId: null }

/** One damaged entry must not cost the others, nor a damaged field the entries. */
export function readDestinations(settings: SettingsStore): DestinationList {
  const stored = settings.get(KEY) ?? {}
  if (!isFields(stored))
    return { ...NO_CHOICES, list: [], aside: { fields: {}, entries: [stored] } }
  const { list: storedList = [], ...rest } = stored
  const { list, entries } = readList(Array.isArray(storedList) ? storedList : [storedList])
  const { value, aside } = readFields(CHOICES, NO_CHOICES, rest)
  const isThere = (id: DestinationId | null) => list.some((each) => each.destinationId === id)
  // A choice may mean an entry that only another Ferry can read.
  const unfound = Object.entries(value).filter(([, id]) => id !== null && !isThere(id))
  return {
    selectedId: isThere(value.selectedId) ? value.selectedId : null,
    defaultId: isThere(value.defaultId) ? value.defaultId : null,
    list,
    aside: {
      fields: entries.length === 0 ? aside : { ...aside, ...Object.fromEntries(unfound) },
      entries,
    },
  }
}

function readList(stored: readonly Json[]) {
  const list: StoredDestination[] = []
  const entries: Json[] = []
  for (const [place, entry] of stored.entries()) {
    const read = readDestination(entry, place)
    const isTaken = list.some((each) => each.destinationId === read?.destinationId)
    if (read === null || isTaken) entries.push(entry)
    else list.push(read)
  }
  return { list, entries }
}

export function writeDestinations(settings: SettingsStore, state: DestinationList): void {
  const { selectedId, defaultId, list, aside } = state
  settings.set(KEY, {
    selectedId,
    defaultId,
    ...aside.fields,
    list: [...list.map(writtenDestination), ...aside.entries],
  })
}

/** What stays aside once the user has chosen what these fields say. */
export function withoutAside(
  aside: ListAside,
  chosen: readonly (keyof typeof CHOICES)[],
): ListAside {
  const names: readonly string[] = chosen
  const fields = Object.entries(aside.fields).filter(([name]) => !names.includes(name))
  return { ...aside, fields: Object.fromEntries(fields) }
}
