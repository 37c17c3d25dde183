import * as z from 'zod/mini'
import { DestinationId } from '../../contract/ids.ts'
import { isFields, type JsonFields, readFields } from '../../lib/read-fields.ts'
import type { Json, SettingsStore } from '../ports.ts'
import {
  readDestination,
  type StoredDestination,
  writtenDestination,
} from './stored-destination.ts'

/** The list of destinations. The settings file is written before memory changes. */
export class DestinationList {
  readonly #settings: SettingsStore
  readonly #changed: () => void
  #state: ListContents

  constructor(settings: SettingsStore, changed: () => void) {
    this.#settings = settings
    this.#changed = changed
    const state = readDestinations(settings)
    const first = state.list[0]?.destinationId ?? null
    this.#state = { ...state, selectedId: state.defaultId ?? state.selectedId ?? first }
  }

  get list(): readonly StoredDestination[] {
    return this.#state.list
  }

  get selectedId(): DestinationId | null {
    return this.#state.selectedId
  }

  get defaultId(): DestinationId | null {
    return this.#state.defaultId
  }

  /** The parts of the whole list that this version of Ferry cannot read. */
  get aside(): UnreadList {
    return this.#state.aside
  }

  find(destinationId: DestinationId): StoredDestination | null {
    return this.list.find((each) => each.destinationId === destinationId) ?? null
  }

  put(stored: StoredDestination, selectedId = this.selectedId): void {
    const { destinationId } = stored
    const isNew = this.find(destinationId) === null
    const list = isNew
      ? [...this.list, stored]
      : this.list.map((each) => (each.destinationId === destinationId ? stored : each))
    const chosen = selectedId === this.selectedId ? [] : (['selectedId'] as const)
    const aside = withoutUnread(this.#state.aside, chosen)
    this.#replace({ ...this.#state, selectedId, list, aside })
  }

  /** If there is any destination, one is selected. */
  add(added: readonly StoredDestination[]): void {
    const list = [...this.list, ...added]
    const selectedId = this.selectedId ?? list[0]?.destinationId ?? null
    this.#replace({ ...this.#state, selectedId, list })
  }

  remove(destinationId: DestinationId): void {
    const list = this.list.filter((each) => each.destinationId !== destinationId)
    const first = list[0]?.destinationId ?? null
    const selectedId = this.selectedId === destinationId ? first : this.selectedId
    const defaultId = this.defaultId === destinationId ? null : this.defaultId
    this.#replace({ ...this.#state, selectedId, defaultId, list })
  }

  /** False if there is no such destination. */
  select(selectedId: DestinationId): boolean {
    if (this.find(selectedId) === null) return false
    const aside = withoutUnread(this.#state.aside, ['selectedId'])
    this.#replace({ ...this.#state, selectedId, aside })
    return true
  }

  /** False if there is no such destination. */
  setDefault(defaultId: DestinationId | null): boolean {
    if (defaultId !== null && this.find(defaultId) === null) return false
    const aside = withoutUnread(this.#state.aside, ['defaultId'])
    this.#replace({ ...this.#state, defaultId, aside })
    return true
  }

  /** Changes fields that no page sees. */
  putUnseen(stored: StoredDestination): void {
    const list = this.list.map((each) =>
      each.destinationId === stored.destinationId ? stored : each,
    )
    this.#write({ ...this.#state, list })
  }

  #replace(state: ListContents): void {
    this.#write(state)
    this.#changed()
  }

  #write(state: ListContents): void {
    writeDestinations(this.#settings, state)
    this.#state = state
  }
}

export interface ListContents {
  readonly selectedId: DestinationId | null
  /** Selected at each start; null: the one selected last. */
  readonly defaultId: DestinationId | null
  readonly list: readonly StoredDestination[]
  /** Settings that this version of Ferry cannot read; they are written back unchanged. */
  readonly aside: UnreadList
}

export interface UnreadList {
  /** The values by their names in the file. */
  readonly fields: JsonFields
  /** Whole entries of the list, verbatim. */
  readonly entries: readonly Json[]
}

const SETTINGS_KEY = 'destinations'

const CHOICES = { selectedId: z.nullable(DestinationId), defaultId: z.nullable(DestinationId) }
const NO_CHOICES = { selectedId: null, defaultId: null }

/**
 * One damaged entry must not affect the others, and a damaged field must not affect the entries.
 */
export function readDestinations(settings: SettingsStore): ListContents {
  const stored = settings.get(SETTINGS_KEY) ?? {}
  if (!isFields(stored))
    return { ...NO_CHOICES, list: [], aside: { fields: {}, entries: [stored] } }
  const { list: storedList = [], ...rest } = stored
  const { list, entries } = readList(Array.isArray(storedList) ? storedList : [storedList])
  const { value, aside } = readFields(CHOICES, NO_CHOICES, rest)
  const isThere = (id: DestinationId | null) => list.some((each) => each.destinationId === id)
  // The selected or default ID may belong to an entry that only another version of Ferry can read.
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

export function writeDestinations(settings: SettingsStore, state: ListContents): void {
  const { selectedId, defaultId, list, aside } = state
  settings.set(SETTINGS_KEY, {
    selectedId,
    defaultId,
    ...aside.fields,
    list: [...list.map(writtenDestination), ...aside.entries],
  })
}

/** Drops the unread values that the user has replaced by a choice. */
function withoutUnread(aside: UnreadList, chosen: readonly (keyof typeof CHOICES)[]): UnreadList {
  const names: readonly string[] = chosen
  const fields = Object.entries(aside.fields).filter(([name]) => !names.includes(name))
  return { ...aside, fields: Object.fromEntries(fields) }
}
