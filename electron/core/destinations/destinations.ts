import { randomUUID } from 'node:crypto'
import type { Destination } from '../../contract/commands/destinations.ts'
import type { DestinationId } from '../../contract/ids.ts'
import type { NoticePayload } from '../../contract/notices.ts'
import { failed, type Outcome, succeeded } from '../../contract/outcome.ts'
import type { UnreadSettings } from '../../contract/unread-settings.ts'
import type { SettingsStore } from '../ports.ts'
import type { KeySource } from '../s3/access-keys.ts'
import { DestinationList } from './destination-list.ts'
import type { DestinationSecrets, StoredSecret } from './destination-secrets.ts'
import type { CleanDraft, Secrets } from './draft.ts'
import { copiedStored, localStored, savedStored } from './new-destination.ts'
import { inRegion } from './region-discovery.ts'
import {
  isSameStore,
  NOTHING_KNOWN,
  type StoredDestination,
  type StoreKnowledge,
  withFields,
} from './stored-destination.ts'
import { unreadSettings } from './unread-settings.ts'

type Nothing = Record<string, never>
/** The fields that the user changes without changing the connection. */
type UserSettings = Partial<Pick<StoredDestination, 'name' | 'color' | 'linkSeconds' | 'rules'>>

/** The buckets that the user connected, and their keys. */
export class Destinations {
  readonly #state: DestinationList
  readonly #credentials: DestinationSecrets

  constructor(settings: SettingsStore, credentials: DestinationSecrets, changed: () => void) {
    this.#state = new DestinationList(settings, changed)
    this.#credentials = credentials
  }

  /** Settings that this version of Ferry cannot read. */
  unread(): readonly UnreadSettings[] {
    return unreadSettings(this.#state.list, this.#state.aside)
  }

  all(): readonly StoredDestination[] {
    return this.#state.list
  }

  /** The fields of a destination that the page sees. */
  listed(): NoticePayload<'destinationsChanged'> {
    const { list, selectedId, defaultId } = this.#state
    return { destinations: list.map((each) => this.shown(each)), selectedId, defaultId }
  }

  shown(stored: StoredDestination): Destination {
    const { keptSecret: _kept, probeKey: _hidden, aside: _aside, ...destination } = stored
    return { ...destination, ...this.#credentials.shown(stored) }
  }

  find(destinationId: DestinationId): StoredDestination | null {
    return this.#state.find(destinationId)
  }

  /** The bucket on this computer; there is at most one. */
  local(): StoredDestination | null {
    return this.#state.list.find((each) => each.kind === 'local') ?? null
  }

  keysOf(stored: StoredDestination): KeySource {
    // Looked up for each request, so that an edit applies at once.
    const secrets = () => this.secretsOf(this.find(stored.destinationId) ?? stored)
    return this.#credentials.keysFrom(stored.credentials, secrets)
  }

  /** For the content of the form; `former` supplies the fields that it leaves empty. */
  keysOfDraft(clean: CleanDraft, former: StoredDestination | null): KeySource {
    const secrets = () => this.#secretsFor(clean, former)
    return this.#credentials.keysFrom(clean.fields.credentials, secrets)
  }

  /** Fails with `secret-missing` or `secret-store-unavailable`. */
  async secretsOf(stored: StoredDestination): Promise<Outcome<Secrets>> {
    const revealed = await this.#credentials.reveal(stored.destinationId, stored.keptSecret)
    if (!revealed.ok) return revealed
    const { secrets, renewed } = revealed.value
    const now = this.find(stored.destinationId)
    if (renewed !== null && now?.keptSecret === stored.keptSecret) {
      await this.#replaceKept(now, renewed)
    }
    return succeeded(secrets)
  }

  async #replaceKept(stored: StoredDestination, keptSecret: string): Promise<void> {
    const isInClear = stored.keptSecret !== null && this.#credentials.isInClear(stored.keptSecret)
    const secretPlace = isInClear ? await this.#credentials.place() : stored.secretPlace
    this.#state.putUnseen(withFields(stored, { keptSecret, secretPlace }))
    if (stored.keptSecret !== null) await this.#credentials.discardStored(stored.keptSecret)
  }

  /** Creates or replaces a destination and selects it. */
  async save(
    clean: CleanDraft,
    former: StoredDestination | null,
    isKept: boolean,
  ): Promise<Outcome<Destination>> {
    const destinationId = former?.destinationId ?? (randomUUID() as DestinationId)
    const secrets = () => this.#secretsFor(clean, former)
    const { credentials } = clean.fields
    const kept = await this.#credentials.keepFor(destinationId, credentials, secrets, isKept)
    if (!kept.ok) return kept
    const known = former === null ? null : this.#stillSealed(former, clean)
    const stored = savedStored(destinationId, clean, known ?? kept.value, this.#state.list)
    await this.#putOrWipe(stored)
    if (former !== null && former.keptSecret !== null && known === null) {
      await this.#credentials.discardStored(former.keptSecret)
    }
    return succeeded(this.shown(stored))
  }

  /** Stores the secrets that waited for a locked vault. */
  async vaultOpened(): Promise<void> {
    for (const [destinationId, kept] of await this.#credentials.takeOver()) {
      const stored = this.find(destinationId)
      if (stored !== null) this.#state.put(withFields(stored, kept))
    }
  }

  /**
   * Finds out early whether the vault opens, before an upload needs it. Secrets that are still
   * stored in the clear are sealed on the way.
   */
  async tryVault(): Promise<void> {
    const kept = this.#state.list.filter(({ keptSecret }) => keptSecret !== null)
    const inClear = kept.filter(({ keptSecret }) => this.#credentials.isInClear(keptSecret ?? ''))
    for (const each of new Set([...kept.slice(0, 1), ...inClear])) await this.secretsOf(each)
  }

  /** The bucket on this computer keeps its own keys and supplies them at each start. */
  async putLocal(
    fields: Pick<Destination, 'endpoint' | 'region' | 'bucket' | 'credentials'>,
    secretAccessKey: string,
    isSelected: boolean,
  ): Promise<Destination> {
    const stored = localStored(fields, this.#state.list)
    const { destinationId } = stored
    await this.#credentials.keep(destinationId, { secretAccessKey, sessionToken: '' }, false)
    this.#state.put(stored, isSelected ? destinationId : this.#state.selectedId)
    return this.shown(stored)
  }

  /** Stores the secret a second time, so that each copy can be forgotten without the other. */
  async duplicate(original: StoredDestination): Promise<Outcome<Destination>> {
    const destinationId = randomUUID() as DestinationId
    const kept = await this.#keepOnceMore(original, destinationId)
    if (!kept.ok) return kept
    const copy = copiedStored(destinationId, original, kept.value, this.#state.list)
    await this.#putOrWipe(copy)
    return succeeded(this.shown(copy))
  }

  /** Exports them without keys. */
  add(added: readonly StoredDestination[]): void {
    this.#state.add(added)
  }

  select(destinationId: DestinationId): Outcome<Nothing> {
    return this.#state.select(destinationId) ? succeeded({}) : failed({ kind: 'unknown-id' })
  }

  setDefault(destinationId: DestinationId | null): Outcome<Nothing> {
    return this.#state.setDefault(destinationId) ? succeeded({}) : failed({ kind: 'unknown-id' })
  }

  change(destinationId: DestinationId, own: UserSettings): Outcome<Destination> {
    const stored = this.find(destinationId)
    if (stored === null) return failed({ kind: 'unknown-id' })
    const changed = withFields(stored, own)
    this.#state.put(changed)
    return succeeded(this.shown(changed))
  }

  /**
   * Called when the store at `place` named another region. Answers whether a retry makes sense: the
   * destination has changed, perhaps because something else edited it meanwhile.
   */
  correctRegion(place: StoredDestination, region: string): boolean {
    const stored = this.find(place.destinationId)
    if (stored === null || !isSameStore(stored, place)) return stored !== null
    const corrected = inRegion(stored, region)
    if (corrected === null) return false
    const { endpoint } = corrected
    this.#state.put(withFields(stored, { region: corrected.region, endpoint, ...NOTHING_KNOWN }))
    return true
  }

  /** Does nothing if the destination was edited meanwhile and now means another store. */
  noteKnowledge(place: StoredDestination, learnt: Partial<StoreKnowledge>): void {
    const stored = this.find(place.destinationId)
    if (stored === null || !isSameStore(stored, place)) return
    const next = withFields(stored, learnt)
    // Pages see the findings about the store, but not how Ferry tested it.
    const isSeen = next.integrity !== stored.integrity || next.findings !== stored.findings
    if (isSeen) this.#state.put(next)
    else this.#state.putUnseen(next)
  }

  /** Also wipes the secret. */
  async forget(stored: StoredDestination): Promise<void> {
    this.#state.remove(stored.destinationId)
    await this.#credentials.wipe(stored.destinationId, stored.keptSecret)
  }

  #secretsFor(clean: CleanDraft, former: StoredDestination | null): Promise<Outcome<Secrets>> {
    if (clean.secrets !== null) return Promise.resolve(succeeded(clean.secrets))
    if (former === null) return Promise.resolve(failed({ kind: 'secret-missing' }))
    return this.secretsOf(former)
  }

  /**
   * While the vault is locked, the sealed secret of the same access key stays: the user has entered
   * the same secret again, and the next start may find the vault open.
   */
  #stillSealed(former: StoredDestination, { fields }: CleanDraft): StoredSecret | null {
    const { credentials, destinationId, keptSecret, secretPlace } = former
    const isSame =
      credentials.kind === 'keys' &&
      fields.credentials.kind === 'keys' &&
      credentials.accessKeyId === fields.credentials.accessKeyId
    const isSealed = keptSecret !== null && this.#credentials.isWaiting(destinationId)
    return isSame && isSealed ? { keptSecret, secretPlace } : null
  }

  /** A secret that is gone, or that other credentials never had, does not prevent the copy. */
  async #keepOnceMore(
    stored: StoredDestination,
    id: DestinationId,
  ): Promise<Outcome<StoredSecret>> {
    const { secretPlace } = stored
    const secrets = await this.secretsOf(stored)
    if (secrets.ok) return this.#credentials.keep(id, secrets.value, secretPlace !== 'memory')
    if (secrets.failure.kind !== 'secret-missing') return secrets
    return succeeded({ secretPlace, keptSecret: null })
  }

  /** A secret must not outlive a destination that could not be stored. */
  async #putOrWipe(stored: StoredDestination): Promise<void> {
    const { destinationId, keptSecret } = stored
    try {
      this.#state.put(stored, destinationId)
    } catch (error) {
      await this.#credentials.wipe(destinationId, keptSecret)
      throw error
    }
  }
}
