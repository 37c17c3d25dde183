import type { Destination } from '../../contract/commands/destinations.ts'
import type { DestinationId } from '../../contract/ids.ts'
import { DEFAULT_LINK_SECONDS } from '../../contract/limits.ts'
import { DEFAULT_RULES } from '../../contract/rules/upload-rules.ts'
import type { Kept } from './credentials.ts'
import type { CleanDraft } from './draft.ts'
import { copyName, freeName, leastUsedColor } from './look.ts'
import {
  isSamePlace,
  knownFields,
  NOTHING_ASIDE,
  NOTHING_LEARNT,
  type StoredDestination,
  withFields,
} from './stored-destination.ts'

/**
 * There is one bucket on this computer per data folder, so it needs no id of its own making; a
 * fixed one finds its uploads again when the settings were lost.
 */
const LOCAL_ID = '10ca10ca-0000-4000-8000-000000000001' as DestinationId

/** The bucket on this computer as the settings hold it: what a person chose of it stays. */
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
    aside: NOTHING_ASIDE,
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
    // Ferry's own, so nobody needs to ask: test/core/local-bucket/conformance.
    integrity: 'crc64nvme',
    probeKey: null,
    ...fields,
  } as const
  return withFields({ ...chosen, ...given }, given)
}

/** What a draft becomes: what it does not say is as before, or as it is for a new one. */
export function savedStored(
  destinationId: DestinationId,
  { fields }: CleanDraft,
  kept: Kept,
  list: readonly StoredDestination[],
): StoredDestination {
  const former = list.find((each) => each.destinationId === destinationId)
  if (former !== undefined) {
    const learnt = isSamePlace(former, fields) ? {} : NOTHING_LEARNT
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
    ...NOTHING_LEARNT,
    ...kept,
    aside: NOTHING_ASIDE,
  }
}

/**
 * Keys, rules and what was learnt go along; fields that this Ferry does not know stay with the
 * original, since they may stand for something that cannot be there twice.
 */
export function copiedStored(
  destinationId: DestinationId,
  original: StoredDestination,
  kept: Kept,
  list: readonly StoredDestination[],
): StoredDestination {
  const copy = withFields(original, {
    ...kept,
    destinationId,
    name: copyName(original.name, list),
    color: leastUsedColor(list),
    // It is cleaned up by the original.
    probeKey: null,
  })
  return { ...copy, aside: { ...copy.aside, fields: knownFields(copy.aside.fields) } }
}
