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
    const destination = StoredDestination.safeParse(upgraded(entry))
    return destination.success ? [destination.data] : []
  })
  const isThere = list.some((each) => each.destinationId === parsed.data.selectedId)
  return {
    selectedId: isThere ? parsed.data.selectedId : null,
    list,
    dropped: parsed.data.list.length - list.length,
  }
}

/** Keys were the only credentials once, and lay beside the other fields. */
function upgraded(entry: unknown): unknown {
  if (typeof entry !== 'object' || entry === null || !('accessKeyId' in entry)) return entry
  const { accessKeyId, ...rest } = entry
  return { ...rest, credentials: { kind: 'keys', accessKeyId } }
}

export function writeDestinations(settings: SettingsStore, state: DestinationList): void {
  const value: Json = { selectedId: state.selectedId, list: [...state.list] }
  settings.set(KEY, value)
}
