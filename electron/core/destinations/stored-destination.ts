import * as z from 'zod/mini'
import { StoreFindings } from '../../contract/check.ts'
import { StoreIntegrity } from '../../contract/checksum.ts'
import { Destination, DestinationColor } from '../../contract/destination.ts'
import { DestinationId } from '../../contract/ids.ts'
import { DEFAULT_RULES, UploadRules } from '../../contract/rules.ts'
import type { Json, SettingsStore } from '../ports.ts'

/** A destination as the settings file holds it; the secret is there only as the vault keeps it. */
export const StoredDestination = z.extend(
  z.omit(Destination, { hasSecret: true, keysExpireAtMs: true }),
  {
    /** What the vault answered; null when the secret is not kept. */
    keptSecret: z.nullable(z.string()),
    color: z.catch(DestinationColor, 'blue'),
    rules: z.catch(UploadRules, DEFAULT_RULES),
    findings: z.catch(z.nullable(StoreFindings), null),
    /** Absent in files of older Ferrys; what a newer one may have learnt is found out again. */
    integrity: z.catch(z.nullable(StoreIntegrity), null),
    /** Under this key the store was asked what it checks, and perhaps not cleaned up. */
    probeKey: z.catch(z.nullable(z.string()), null),
  },
)
export type StoredDestination = z.infer<typeof StoredDestination>

/** What the store was seen to do, as long as the destination means the same place. */
export type Learnt = Pick<StoredDestination, 'integrity' | 'probeKey' | 'findings'>
export const NOTHING_LEARNT: Learnt = { integrity: null, probeKey: null, findings: null }

/** What stays known of a destination that was edited. */
export function learntAt(former: StoredDestination | null, now: Place): Learnt {
  if (former === null || !isSamePlace(former, now)) return NOTHING_LEARNT
  const { integrity, probeKey, findings } = former
  return { integrity, probeKey, findings }
}

/** Another address, or another way to it, may be another store. */
export function isSamePlace(one: Place, other: Place): boolean {
  return (
    one.provider === other.provider &&
    one.endpoint === other.endpoint &&
    one.region === other.region &&
    one.bucket === other.bucket &&
    one.pathStyle === other.pathStyle
  )
}

type Place = Pick<Destination, 'provider' | 'endpoint' | 'region' | 'bucket' | 'pathStyle'>

const KEY = 'destinations'
const COLORS = DestinationColor.options

const StoredList = z.object({
  selectedId: z.nullable(DestinationId),
  /** Absent in files of older Ferrys. */
  defaultId: z.catch(z.nullable(DestinationId), null),
  list: z.array(z.unknown()),
})

export interface DestinationList {
  readonly selectedId: DestinationId | null
  /** Selected at each start; null: the one selected last. */
  readonly defaultId: DestinationId | null
  readonly list: readonly StoredDestination[]
}

/** Entries that are damaged are counted, not repeated: one bad line must not cost the others. */
export function readDestinations(settings: SettingsStore): DestinationList & { dropped: number } {
  const stored = settings.get(KEY)
  const parsed = StoredList.safeParse(stored)
  if (!parsed.success) {
    return { selectedId: null, defaultId: null, list: [], dropped: stored === undefined ? 0 : 1 }
  }
  const { selectedId, defaultId } = parsed.data
  const list = parsed.data.list.flatMap((entry, place) => {
    const destination = StoredDestination.safeParse(upgraded(entry, place))
    return destination.success ? [destination.data] : []
  })
  const thereOf = (id: DestinationId | null) =>
    list.some((each) => each.destinationId === id) ? id : null
  return {
    selectedId: thereOf(selectedId),
    defaultId: thereOf(defaultId),
    list,
    dropped: parsed.data.list.length - list.length,
  }
}

/**
 * Keys were the only credentials once, and lay beside the other fields. Colours came later; what
 * has none gets one by its place in the list, so that neighbours differ.
 */
function upgraded(entry: unknown, place: number): unknown {
  if (typeof entry !== 'object' || entry === null) return entry
  const colored = { color: COLORS[place % COLORS.length], ...entry }
  if (!('accessKeyId' in colored)) return colored
  const { accessKeyId, ...rest } = colored
  return { ...rest, credentials: { kind: 'keys', accessKeyId } }
}

export function writeDestinations(settings: SettingsStore, state: DestinationList): void {
  const { selectedId, defaultId, list } = state
  const value: Json = { selectedId, defaultId, list: [...list] }
  settings.set(KEY, value)
}
