import type { DestinationId } from '../../contract/ids.ts'
import type { SettingsStore } from '../ports.ts'
import {
  type DestinationList,
  type ListAside,
  readDestinations,
  withoutAside,
  writeDestinations,
} from './destinations-file.ts'
import type { StoredDestination } from './stored-destination.ts'

/** The list of destinations. The settings file is written before memory changes. */
export class DestinationState {
  readonly #settings: SettingsStore
  readonly #changed: () => void
  #state: DestinationList

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

  /** What could not be read of the list as a whole. */
  get aside(): ListAside {
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
    const aside = withoutAside(this.#state.aside, chosen)
    this.#replace({ ...this.#state, selectedId, list, aside })
  }

  /** Something is selected whenever there is anything. */
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

  /** False when it is not there. */
  select(selectedId: DestinationId): boolean {
    if (this.find(selectedId) === null) return false
    const aside = withoutAside(this.#state.aside, ['selectedId'])
    this.#replace({ ...this.#state, selectedId, aside })
    return true
  }

  /** False when it is not there. */
  setDefault(defaultId: DestinationId | null): boolean {
    if (defaultId !== null && this.find(defaultId) === null) return false
    const aside = withoutAside(this.#state.aside, ['defaultId'])
    this.#replace({ ...this.#state, defaultId, aside })
    return true
  }

  /** Changes what no page gets to see. */
  putUnseen(stored: StoredDestination): void {
    const list = this.list.map((each) =>
      each.destinationId === stored.destinationId ? stored : each,
    )
    this.#write({ ...this.#state, list })
  }

  #replace(state: DestinationList): void {
    this.#write(state)
    this.#changed()
  }

  #write(state: DestinationList): void {
    writeDestinations(this.#settings, state)
    this.#state = state
  }
}
