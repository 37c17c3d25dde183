import { type Destination, DestinationColor } from '../../contract/commands/destinations.ts'
import type { DestinationId } from '../../contract/ids.ts'
import { DEFAULT_LINK_SECONDS } from '../../contract/limits.ts'
import { DEFAULT_RULES } from '../../contract/rules/upload-rules.ts'
import type { StoredSecret } from './destination-secrets.ts'
import type { CleanDraft } from './draft.ts'
import {
  isSameStore,
  knownFields,
  NOTHING_KNOWN,
  NOTHING_UNREAD,
  type StoredDestination,
  withFields,
} from './stored-destination.ts'

/**
 * There is one bucket on this computer per data folder, so it needs no generated ID; with a fixed
 * one, its uploads are found again after the settings were lost.
 */
const LOCAL_ID = '10ca10ca-0000-4000-8000-000000000001' as DestinationId

/** The bucket on this computer as the settings hold it; keeps what the user chose for it. */
export function localStored(
  fields: Pick<Destination, 'endpoint' | 'region' | 'bucket' | 'credentials'>,
  others: readonly StoredDestination[],
): StoredDestination {
  const former = others.find((each) => each.kind === 'local')
  const chosen = former ?? {
    color: leastUsedColor(others),
    name: 'This computer',
    rules: DEFAULT_RULES,
    findings: null,
    linkSeconds: DEFAULT_LINK_SECONDS,
    aside: NOTHING_UNREAD,
  }
  const given = {
    destinationId: LOCAL_ID,
    kind: 'local',
    provider: 'other',
    prefix: '',
    pathStyle: true,
    secretPlace: 'file',
    maxPartCount: 10_000,
    keptSecret: null,
    // It is Ferry's own store, so these facts need no probe: test/local-bucket/conformance.
    integrity: 'crc64nvme',
    probeKey: null,
    ...fields,
  } as const
  return withFields({ ...chosen, ...given }, given)
}

/** Turns a draft into a destination: other fields stay as before, or get defaults if it is new. */
export function savedStored(
  destinationId: DestinationId,
  { fields }: CleanDraft,
  kept: StoredSecret,
  list: readonly StoredDestination[],
): StoredDestination {
  const former = list.find((each) => each.destinationId === destinationId)
  if (former !== undefined) {
    const learnt = isSameStore(former, fields) ? {} : NOTHING_KNOWN
    return withFields(former, { ...fields, ...learnt, ...kept })
  }
  return {
    destinationId,
    kind: 's3',
    color: leastUsedColor(list),
    rules: DEFAULT_RULES,
    linkSeconds: DEFAULT_LINK_SECONDS,
    ...fields,
    name: freeName(fields.name, list),
    ...NOTHING_KNOWN,
    ...kept,
    aside: NOTHING_UNREAD,
  }
}

/**
 * Copies keys, rules and findings; fields that this version of Ferry does not know stay with the
 * original, since they may stand for something that cannot exist twice.
 */
export function copiedStored(
  destinationId: DestinationId,
  original: StoredDestination,
  kept: StoredSecret,
  list: readonly StoredDestination[],
): StoredDestination {
  const copy = withFields(original, {
    ...kept,
    destinationId,
    name: copyName(original.name, list),
    color: leastUsedColor(list),
    // The original cleans it up.
    probeKey: null,
  })
  return { ...copy, aside: { ...copy.aside, fields: knownFields(copy.aside.fields) } }
}

/** The limit of `DestinationName`. */
const MAX_DESTINATION_NAME = 200

type Others = readonly Pick<StoredDestination, 'name' | 'color'>[]

/** The name itself, or the first of `name 2`, `name 3` … that no other destination has. */
export function freeName(wanted: string, others: Others): string {
  return firstFree(wanted, others, (count) => (count === 1 ? '' : ` ${count}`))
}

/** `name (copy)`, `name (copy 2)` … */
function copyName(name: string, others: Others): string {
  return firstFree(name, others, (count) => (count === 1 ? ' (copy)' : ` (copy ${count})`))
}

function firstFree(name: string, others: Others, ending: (count: number) => string): string {
  const taken = new Set(others.map((each) => each.name))
  for (let count = 1; ; count += 1) {
    const free = truncated(name, MAX_DESTINATION_NAME - ending(count).length) + ending(count)
    if (!taken.has(free)) return free
  }
}

/** Cut between characters, so that none is split. */
function truncated(name: string, maxLength: number): string {
  if (name.length <= maxLength) return name
  const cut = name.slice(0, maxLength)
  return cut.isWellFormed() ? cut : cut.slice(0, -1)
}

/** The colour that the fewest destinations have; of several, the first. */
function leastUsedColor(others: Others): DestinationColor {
  const uses = (color: DestinationColor) => others.filter((each) => each.color === color).length
  return DestinationColor.options.reduce((best, each) => (uses(each) < uses(best) ? each : best))
}
