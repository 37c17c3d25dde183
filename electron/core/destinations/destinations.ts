import { randomUUID } from 'node:crypto'
import type { NoticePayload } from '../../contract/commands.ts'
import type { Destination } from '../../contract/destination.ts'
import type { DestinationId } from '../../contract/ids.ts'
import { DEFAULT_LINK_SECONDS } from '../../contract/limits.ts'
import { failed, type Outcome, succeeded } from '../../contract/outcome.ts'
import { DEFAULT_RULES } from '../../contract/rules.ts'
import type { SettingsStore } from '../ports.ts'
import type { Credentials } from './credentials.ts'
import type { CleanDraft, Secrets } from './draft.ts'
import {
  type DestinationList,
  isSamePlace,
  type Learnt,
  learntAt,
  readDestinations,
  type StoredDestination,
  writeDestinations,
} from './stored-destination.ts'

/**
 * There is one bucket on this computer per data folder, so it needs no id of its own making; a
 * fixed one finds its uploads again when the settings were lost.
 */
const LOCAL_ID = '10ca10ca-0000-4000-8000-000000000001' as DestinationId

/** The buckets that the person connected. The settings file is written before memory changes. */
export class Destinations {
  readonly #settings: SettingsStore
  readonly #credentials: Credentials
  readonly #changed: () => void
  #state: DestinationList
  /** Entries of the settings file that could not be read. */
  readonly droppedCount: number

  constructor(settings: SettingsStore, credentials: Credentials, changed: () => void) {
    this.#settings = settings
    this.#credentials = credentials
    this.#changed = changed
    const { selectedId, list, dropped } = readDestinations(settings)
    this.#state = { selectedId, list }
    this.droppedCount = dropped
  }

  all(): readonly StoredDestination[] {
    return this.#state.list
  }

  /** What the page gets to see. */
  listed(): NoticePayload<'destinationsChanged'> {
    return {
      destinations: this.#state.list.map((each) => this.shown(each)),
      selectedId: this.#state.selectedId,
      defaultId: null,
    }
  }

  shown(stored: StoredDestination): Destination {
    const { keptSecret, probeKey: _hidden, ...destination } = stored
    const hasSecret = keptSecret !== null || this.#credentials.has(stored.destinationId)
    return { ...destination, hasSecret, keysExpireAtMs: null }
  }

  find(destinationId: DestinationId): StoredDestination | null {
    return this.#state.list.find((each) => each.destinationId === destinationId) ?? null
  }

  /** The one on this computer; there is at most one. */
  local(): StoredDestination | null {
    return this.#state.list.find((each) => each.kind === 'local') ?? null
  }

  /** Fails with `secret-missing` or `secret-store-unavailable`. */
  async secretsOf(stored: StoredDestination): Promise<Outcome<Secrets>> {
    const revealed = await this.#credentials.reveal(stored.destinationId, stored.keptSecret)
    if (!revealed.ok) return revealed
    const { secrets, renewed } = revealed.value
    if (renewed !== null) this.#put({ ...stored, keptSecret: renewed }, this.#state.selectedId)
    return succeeded(secrets)
  }

  /** Makes or replaces a destination and selects it. */
  async save(
    clean: CleanDraft,
    former: StoredDestination | null,
    isKept: boolean,
  ): Promise<Outcome<Destination>> {
    const secrets = await this.#secretsFor(clean, former)
    if (!secrets.ok) return secrets
    const destinationId = former?.destinationId ?? (randomUUID() as DestinationId)
    const kept = await this.#credentials.keep(destinationId, secrets.value, isKept)
    if (!kept.ok) return kept
    const stored: StoredDestination = {
      destinationId,
      kind: 's3',
      color: former?.color ?? 'blue',
      rules: former?.rules ?? DEFAULT_RULES,
      linkSeconds: former?.linkSeconds ?? DEFAULT_LINK_SECONDS,
      ...clean.fields,
      ...learntAt(this.find(destinationId), clean.fields),
      ...kept.value,
    }
    await this.#putOrWipe(stored)
    if (former !== null && former.keptSecret !== null) {
      await this.#credentials.discardStored(former.keptSecret)
    }
    return succeeded(this.shown(stored))
  }

  /** The bucket on this computer keeps its own keys; they are handed in at each start. */
  async putLocal(
    fields: Pick<Destination, 'endpoint' | 'region' | 'bucket' | 'credentials'>,
    secretAccessKey: string,
    isSelected: boolean,
  ): Promise<Destination> {
    const former = this.local()
    const destinationId = LOCAL_ID
    await this.#credentials.keep(destinationId, { secretAccessKey, sessionToken: '' }, false)
    const stored: StoredDestination = {
      destinationId,
      kind: 'local',
      color: former?.color ?? 'teal',
      rules: former?.rules ?? DEFAULT_RULES,
      findings: former?.findings ?? null,
      name: former?.name ?? 'This computer',
      provider: 'other',
      prefix: '',
      pathStyle: true,
      secretPlace: 'file',
      linkSeconds: former?.linkSeconds ?? DEFAULT_LINK_SECONDS,
      maxPartCount: 10_000,
      keptSecret: null,
      // Ferry's own, so nobody needs to ask: test/core/local-bucket/conformance.
      integrity: 'crc64nvme',
      probeKey: null,
      ...fields,
    }
    this.#put(stored, isSelected ? destinationId : this.#state.selectedId)
    return this.shown(stored)
  }

  select(destinationId: DestinationId): Outcome<Record<string, never>> {
    if (this.find(destinationId) === null) return failed({ kind: 'unknown-id' })
    this.#replace({ ...this.#state, selectedId: destinationId })
    return succeeded({})
  }

  setLinkLife(destinationId: DestinationId, linkSeconds: number): Outcome<Destination> {
    const stored = this.find(destinationId)
    if (stored === null) return failed({ kind: 'unknown-id' })
    const changed = { ...stored, linkSeconds }
    this.#put(changed, this.#state.selectedId)
    return succeeded(this.shown(changed))
  }

  /** Passed over when the destination was edited meanwhile and means another place now. */
  noteLearnt(place: StoredDestination, learnt: Partial<Learnt>): void {
    const stored = this.find(place.destinationId)
    if (stored === null || !isSamePlace(stored, place)) return
    const next = { ...stored, ...learnt }
    const list = this.#state.list.map((each) => (each === stored ? next : each))
    const state = { ...this.#state, list }
    writeDestinations(this.#settings, state)
    this.#state = state
    // Pages see what is checked, and nothing of how it was asked.
    if (next.integrity !== stored.integrity) this.#changed()
  }

  /** The secret goes, too. */
  async forget(stored: StoredDestination): Promise<void> {
    const list = this.#state.list.filter((each) => each.destinationId !== stored.destinationId)
    const wasSelected = this.#state.selectedId === stored.destinationId
    const selectedId = wasSelected ? (list[0]?.destinationId ?? null) : this.#state.selectedId
    this.#replace({ selectedId, list })
    await this.#credentials.wipe(stored.destinationId, stored.keptSecret)
  }

  #secretsFor(clean: CleanDraft, former: StoredDestination | null): Promise<Outcome<Secrets>> {
    if (clean.secrets !== null) return Promise.resolve(succeeded(clean.secrets))
    if (former === null) return Promise.resolve(failed({ kind: 'secret-missing' }))
    return this.secretsOf(former)
  }

  /** A secret must not outlive the destination that could not be stored. */
  async #putOrWipe(stored: StoredDestination): Promise<void> {
    try {
      this.#put(stored, stored.destinationId)
    } catch (error) {
      await this.#credentials.wipe(stored.destinationId, stored.keptSecret)
      throw error
    }
  }

  #put(stored: StoredDestination, selectedId: DestinationId | null): void {
    const { list } = this.#state
    const isNew = !list.some((each) => each.destinationId === stored.destinationId)
    const next = isNew
      ? [...list, stored]
      : list.map((each) => (each.destinationId === stored.destinationId ? stored : each))
    this.#replace({ selectedId, list: next })
  }

  #replace(state: DestinationList): void {
    writeDestinations(this.#settings, state)
    this.#state = state
    this.#changed()
  }
}
